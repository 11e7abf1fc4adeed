using Microsoft.AspNetCore.Authorization;

namespace ImageApp.Web.Access;

/// <summary>Decides by <see cref="AccessRules"/>.</summary>
internal sealed class RoleAuthorizationHandler(AccessRules rules) : AuthorizationHandler<RoleRequirement>
{
    /// <inheritdoc/>
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, RoleRequirement requirement)
    {
        // Routing's own answers to a wrong method or type (405, 415) are no routes either.
        var isNowhere = requirement.IsUnstated && context.Resource is HttpContext http && http.GetEndpoint() is not RouteEndpoint;
        if (rules.Allows(context.User, isNowhere ? AccessRole.Viewer : requirement.Least))
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }
}
