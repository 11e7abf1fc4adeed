using System.Security.Claims;

namespace ImageApp.Web.Access;

/// <summary>Roles as texts: in the catalogue, in claims, as tokens' scopes.</summary>
internal static class AccessRoles
{
    /// <summary>A role's name; null for none.</summary>
    public static string? NameOf(AccessRole role) => role switch
    {
        AccessRole.Owner => "owner",
        AccessRole.Contributor => "contributor",
        AccessRole.Viewer => "viewer",
        _ => null,
    };

    /// <summary>The role of a name; none where there is no such role.</summary>
    public static AccessRole Of(string? name) => name switch
    {
        "owner" => AccessRole.Owner,
        "contributor" => AccessRole.Contributor,
        "viewer" => AccessRole.Viewer,
        _ => AccessRole.None,
    };

    /// <summary>The role that a token's scope lets it have; none where there is no such scope.</summary>
    public static AccessRole OfScope(string? scope) => scope switch
    {
        "owner" => AccessRole.Owner,
        "write" => AccessRole.Contributor,
        "read" => AccessRole.Viewer,
        _ => AccessRole.None,
    };

    /// <summary>The role that a request has.</summary>
    public static AccessRole Of(ClaimsPrincipal? user) => Of(user?.FindFirst(AccessClaims.Role)?.Value);
}
