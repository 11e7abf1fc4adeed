using System.Net;
using ImageApp.Core;

namespace ImageApp.Web.Access;

/// <summary>Who may do what. Configuration section <c>Access</c>.</summary>
internal sealed record AccessOptions
{
    /// <summary>The configuration section's name.</summary>
    public const string Section = "Access";

    /// <summary>Whoever reaches the gallery is its owner; only on the machine itself.</summary>
    public const string Open = "open";

    /// <summary>Everybody looks, people with a role change.</summary>
    public const string PublicRead = "public-read";

    /// <summary>Only people with a role see anything.</summary>
    public const string Private = "private";

    /// <summary>One of the three.</summary>
    public string Mode { get; set; } = Open;

    /// <summary>The address that people use, without a path: where the identity provider leads back to.</summary>
    public Uri? PublicAddress { get; set; }

    /// <summary>What the keys in the catalogue are encrypted with: 32 random bytes or more, as Base64.</summary>
    public string? KeyEncryptionKey { get; set; }

    /// <summary>After how long the identity provider is asked again whether a person still has their role.</summary>
    public TimeSpan CheckEvery { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How much longer a session lasts while the identity provider cannot be asked.</summary>
    public TimeSpan CheckGrace { get; set; } = TimeSpan.FromHours(1);

    /// <summary>After how long a person has to sign in again.</summary>
    public TimeSpan SessionLifetime { get; set; } = TimeSpan.FromDays(14);

    /// <summary>How long a person's tokens are good after the identity provider last confirmed the person.</summary>
    public TimeSpan TokensWithout { get; set; } = TimeSpan.FromDays(90);

    /// <summary>The identity provider.</summary>
    public OpenIdConnectSettings OpenIdConnect { get; set; } = new();

    /// <summary>Whether nobody signs in.</summary>
    public bool IsOpen => Mode == Open;

    /// <summary>Whether everybody looks.</summary>
    public bool IsPublicRead => Mode == PublicRead;

    /// <summary>Whether people reach the gallery by HTTPS, which the names of cookies follow.</summary>
    public bool IsHttps => PublicAddress?.Scheme == Uri.UriSchemeHttps;

    /// <summary>The key's bytes.</summary>
    public byte[] KeyBytes() => TryDecode(KeyEncryptionKey) ?? [];

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">An option is not valid; the message names it.</exception>
    public AccessOptions Validated()
    {
        OptionsCheck.Require(
            Mode is Open or PublicRead or Private, Section, nameof(Mode), Mode, $"one of {Open}, {PublicRead} and {Private}");
        if (IsOpen)
        {
            return this;
        }

        OptionsCheck.Require(
            PublicAddress is { IsAbsoluteUri: true, AbsolutePath: "/", Query: "", Fragment: "", UserInfo: "" }
                && (IsHttps || (PublicAddress.Scheme == Uri.UriSchemeHttp && IsLoopback(PublicAddress))),
            Section,
            nameof(PublicAddress),
            PublicAddress,
            $"the address that people use, as https://gallery.example (http for localhost only): with {Mode} people sign in");
        OptionsCheck.Require(
            TryDecode(KeyEncryptionKey) is { Length: >= 32 },
            Section,
            nameof(KeyEncryptionKey),
            string.IsNullOrEmpty(KeyEncryptionKey) ? null : "not shown",
            "Base64 of 32 random bytes or more (openssl rand -base64 32), which encrypts the keys of cookies in the catalogue; "
                + "it belongs in the environment's secret store");
        OptionsCheck.Require(CheckEvery > TimeSpan.Zero, Section, nameof(CheckEvery), CheckEvery, "more than zero");
        OptionsCheck.Require(CheckGrace >= TimeSpan.Zero, Section, nameof(CheckGrace), CheckGrace, "zero or more");
        OptionsCheck.Require(
            SessionLifetime >= TimeSpan.FromMinutes(1) && SessionLifetime <= TimeSpan.FromDays(90),
            Section,
            nameof(SessionLifetime),
            SessionLifetime,
            "a minute to 90 days");
        OptionsCheck.Require(TokensWithout > TimeSpan.Zero, Section, nameof(TokensWithout), TokensWithout, "more than zero");
        OpenIdConnect.Validate();
        return this;
    }

    /// <summary>Whether an address is this machine's alone.</summary>
    public static bool IsLoopback(Uri address) =>
        address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));

    private static byte[]? TryDecode(string? text)
    {
        var bytes = new byte[(text ?? "").Length];
        return Convert.TryFromBase64String(text ?? "", bytes, out var length) ? bytes[..length] : null;
    }
}
