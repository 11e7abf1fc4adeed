using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace ImageApp.Web.Access;

/// <summary>Refuses in the words of <see cref="AccessRefusals"/>; a scheme of its own would redirect programs too.</summary>
internal sealed class AccessResultHandler : IAuthorizationMiddlewareResultHandler
{
    /// <inheritdoc/>
    public Task HandleAsync(
        RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult) =>
        authorizeResult.Succeeded ? next(context) : AccessRefusals.Of(context).ExecuteAsync(context);
}
