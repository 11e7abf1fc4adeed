using Microsoft.AspNetCore.Authorization;

namespace ImageApp.Web.Access;

/// <summary>That who asks has at least a role.</summary>
/// <param name="Least">The role.</param>
internal sealed record RoleRequirement(AccessRole Least) : IAuthorizationRequirement
{
    /// <summary>Whether the endpoint says nothing itself. An address that is none is then for whoever may look: they are told so.</summary>
    public bool IsUnstated { get; init; }
}
