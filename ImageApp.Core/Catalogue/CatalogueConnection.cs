using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using ImageApp.Core.Aws;
using Microsoft.Extensions.Configuration;
using MySqlConnector;

namespace ImageApp.Core.Catalogue;

/// <summary>How the catalogue's database is entered: by the password in the connection string, or by IAM tokens.</summary>
public static class CatalogueConnection
{
    /// <summary>The setting that asks for IAM tokens.</summary>
    public const string IamSetting = "Database:IamAuthentication";

    // A token is good for 15 minutes, for new connections only.
    private static readonly TimeSpan Renewal = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan RetryAfterFailure = TimeSpan.FromSeconds(5);

    /// <summary>Whether <see cref="IamSetting"/> is true.</summary>
    public static bool UsesIam(IConfiguration configuration) =>
        string.Equals(configuration[IamSetting], "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>Lets a data source ask for a token for its new connections, where <see cref="IamSetting"/> is true.</summary>
    /// <exception cref="ArgumentException">The region is not known; the message names the variable.</exception>
    public static MySqlDataSourceBuilder UseIamAuthentication(
        this MySqlDataSourceBuilder builder, IConfiguration configuration, TimeProvider time)
    {
        if (!UsesIam(configuration))
        {
            return builder;
        }

        var region = configuration["AWS_REGION"] is { Length: > 0 } named
            ? named
            : throw new ArgumentException($"{IamSetting} is true, and AWS_REGION is missing: the database's region.");
        var settings = builder.ConnectionStringBuilder;
        var (host, port, user) = (settings.Server, (int)settings.Port, settings.UserID);
        var credentials = new Lazy<AWSCredentials>(() => DefaultAWSCredentialsIdentityResolver.GetCredentials());
        return builder.UsePeriodicPasswordProvider(
            async (_, cancellationToken) => DatabaseToken.Create(
                await credentials.Value.GetCredentialsAsync().WaitAsync(cancellationToken), region, host, port, user, time.GetUtcNow()),
            Renewal,
            RetryAfterFailure);
    }
}
