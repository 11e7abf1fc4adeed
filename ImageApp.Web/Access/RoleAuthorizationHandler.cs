using Microsoft.AspNetCore.Authorization;

namespace ImageApp.Web.Access;

/// <summary>Decides by <see cref="AccessRules"/>.</summary>
internal sealed class RoleAuthorizationHandler(AccessRules rules) : AuthorizationHandler<RoleRequirement>
{
    /// <inheritdoc/>
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, RoleRequirement requirement)
    {
        var isNowhere = requirement.IsUnstated && context.Resource is HttpContext http && http.GetEndpoint() is null;
        if (rules.Allows(context.User, isNowhere ? AccessRole.Viewer : requirement.Least))
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }
}
