using System.Globalization;
using Amazon.Runtime;

namespace ImageApp.Core.Aws;

/// <summary>
/// A password for RDS made of IAM credentials (RDS User Guide, "Connecting to your DB instance using IAM authentication"): a presigned
/// address without its scheme, good for 15 minutes.
/// </summary>
public static class DatabaseToken
{
    private const string EmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static readonly TimeSpan Validity = TimeSpan.FromMinutes(15);

    /// <summary>Makes a token.</summary>
    /// <param name="credentials">Who connects; needs <c>rds-db:connect</c>.</param>
    /// <param name="region">The database's region.</param>
    /// <param name="host">The database's address.</param>
    /// <param name="port">Its port.</param>
    /// <param name="user">The database user, created with <c>AWSAuthenticationPlugin</c>.</param>
    /// <param name="now">The time of signing.</param>
    public static string Create(ImmutableCredentials credentials, string region, string host, int port, string user, DateTimeOffset now)
    {
        var address = new Uri(string.Create(
            CultureInfo.InvariantCulture, $"https://{host}:{port}/?Action=connect&DBUser={Uri.EscapeDataString(user)}"));
        return new SignatureV4(credentials, region, "rds-db").Presign("GET", address, EmptyHash, Validity, now)["https://".Length..];
    }
}
