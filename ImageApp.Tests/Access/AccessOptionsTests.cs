using System.Security.Claims;
using ImageApp.Web.Access;

namespace ImageApp.Tests.Access;

/// <summary>Which settings are taken, and which claims make which role.</summary>
public sealed class AccessOptionsTests
{
    [Fact]
    public void Nothing_need_be_set_on_a_laptop() => Assert.True(new AccessOptions().Validated().IsOpen);

    [Theory]
    [InlineData("Mode", "everybody", "open, public-read and private")]
    [InlineData("Mode", "Private", "open, public-read and private")]
    [InlineData("PublicAddress", null, "https://gallery.example")]
    [InlineData("PublicAddress", "http://gallery.example/", "http for localhost only")]
    [InlineData("PublicAddress", "https://gallery.example/path", "without")]
    [InlineData("PublicAddress", "https://user@gallery.example/", "https://gallery.example")]
    [InlineData("KeyEncryptionKey", null, "openssl rand -base64 32")]
    [InlineData("KeyEncryptionKey", "c2hvcnQ=", "32 random bytes")]
    [InlineData("KeyEncryptionKey", "no base64 at all, but long enough to be a key", "32 random bytes")]
    [InlineData("Authority", "http://provider.example/", "http for localhost only")]
    [InlineData("ClientId", "", "client id")]
    [InlineData("Owners", "*", "only Viewers")]
    [InlineData("SessionLifetime", "365", "90 days")]
    public void What_is_wrong_is_named_with_what_is_allowed(string name, string? value, string words)
    {
        var options = Valid();
        options = name switch
        {
            "Mode" => options with { Mode = value! },
            "PublicAddress" => options with { PublicAddress = value is null ? null : new Uri(value) },
            "KeyEncryptionKey" => options with { KeyEncryptionKey = value },
            "SessionLifetime" => options with { SessionLifetime = TimeSpan.FromDays(365) },
            "Authority" => options with { OpenIdConnect = options.OpenIdConnect with { Authority = new Uri(value!) } },
            "ClientId" => options with { OpenIdConnect = options.OpenIdConnect with { ClientId = value } },
            _ => options with { OpenIdConnect = options.OpenIdConnect with { Owners = [value!] } },
        };
        var problem = Assert.Throws<ArgumentException>(() => options.Validated());
        Assert.Contains($":{name} ", problem.Message, StringComparison.Ordinal);
        if (words != "without")
        {
            Assert.Contains(words, problem.Message, StringComparison.Ordinal);
        }

        // A secret is in no message.
        if (name == "KeyEncryptionKey" && value is not null)
        {
            Assert.DoesNotContain(value, problem.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("roles", "owner", "Owner")]
    [InlineData("roles", "contributor,owner", "Owner")]
    [InlineData("roles", "viewer,contributor", "Contributor")]
    [InlineData("roles", "Owner", "None")]
    [InlineData("roles", "owners", "None")]
    [InlineData("roles", "*", "None")]
    [InlineData("roles", "", "None")]
    [InlineData("groups", "owner", "None")]
    public void The_highest_value_of_the_claim_makes_the_role(string claim, string values, string role) =>
        Assert.Equal(
            Enum.Parse<AccessRole>(role),
            Valid().OpenIdConnect.RoleOf(Person([.. values.Split(',').Select(value => new Claim(claim, value))])));

    [Fact]
    public void Whoever_signs_in_looks_only_where_that_is_said()
    {
        var settings = Valid().OpenIdConnect;
        Assert.Equal(AccessRole.None, settings.RoleOf(Person()));
        Assert.Equal(AccessRole.Viewer, (settings with { Viewers = ["*"] }).RoleOf(Person()));
    }

    [Theory]
    [InlineData("true", "Owner")]
    [InlineData("True", "Owner")]
    [InlineData("false", "None")]
    [InlineData(null, "None")]
    public void An_address_makes_a_role_only_when_the_provider_has_verified_it(string? verified, string role)
    {
        var settings = Valid().OpenIdConnect with { RoleClaim = "email", Owners = ["olga@example.com"] };
        List<Claim> claims = [new Claim("email", "olga@example.com")];
        if (verified is not null)
        {
            claims.Add(new Claim("email_verified", verified));
        }

        Assert.Equal(Enum.Parse<AccessRole>(role), settings.RoleOf(Person([.. claims])));
    }

    private static ClaimsPrincipal Person(params Claim[] claims) => new(new ClaimsIdentity(claims));

    private static AccessOptions Valid() => new()
    {
        Mode = AccessOptions.Private,
        PublicAddress = new Uri("https://gallery.example/"),
        KeyEncryptionKey = Convert.ToBase64String(new byte[32]),
        OpenIdConnect = new OpenIdConnectSettings { Authority = new Uri("https://provider.example/"), ClientId = "gallery" },
    };
}
