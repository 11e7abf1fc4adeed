using System.Globalization;
using System.Security.Claims;

namespace ImageApp.Web.Access;

/// <summary>What the gallery itself says of who asks. No provider's claim has these names: they are set after its answer is read.</summary>
internal static class AccessClaims
{
    /// <summary>The role.</summary>
    public const string Role = "imageapp:role";

    /// <summary>The person's row.</summary>
    public const string Person = "imageapp:person";

    /// <summary>What a person is called.</summary>
    public const string Name = "name";

    /// <summary>Who asks, as a principal.</summary>
    /// <param name="scheme">How they were known: <see cref="AccessSchemes"/>.</param>
    /// <param name="person">The person's row.</param>
    /// <param name="name">What they are called.</param>
    /// <param name="role">What they may do.</param>
    /// <param name="more">What else is known of them.</param>
    public static ClaimsPrincipal Principal(string scheme, long person, string name, AccessRole role, params Claim[] more)
    {
        var identity = new ClaimsIdentity(more, scheme, Name, Role);
        identity.AddClaim(new Claim(Person, person.ToString(CultureInfo.InvariantCulture)));
        identity.AddClaim(new Claim(Name, name));
        if (AccessRoles.NameOf(role) is { } text)
        {
            identity.AddClaim(new Claim(Role, text));
        }

        return new ClaimsPrincipal(identity);
    }

    /// <summary>The row of the person who asks; null for nobody.</summary>
    public static long? PersonOf(ClaimsPrincipal user) =>
        long.TryParse(user.FindFirst(Person)?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    /// <summary>Whether a person asks by a browser that is signed in, not a script by a token.</summary>
    public static bool IsSession(ClaimsPrincipal user) => user.Identity?.AuthenticationType == AccessSchemes.Session;
}
