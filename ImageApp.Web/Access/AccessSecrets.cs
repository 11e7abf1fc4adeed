using Amazon.Runtime.Credentials;
using ImageApp.Core.Aws;

namespace ImageApp.Web.Access;

/// <summary>
/// Fetches secrets at start from Systems Manager's Parameter Store, which also leads to Secrets Manager
/// (<c>/aws/reference/secretsmanager/</c>), so that they are in no template and no file.
/// </summary>
internal static class AccessSecrets
{
    private const string Suffix = "Parameter";

    private static readonly string[] Settings =
    [
        $"{AccessOptions.Section}:{nameof(AccessOptions.KeyEncryptionKey)}",
        $"{OpenIdConnectSettings.Section}:{nameof(OpenIdConnectSettings.ClientSecret)}",
    ];

    /// <summary>
    /// Sets <c>Access:KeyEncryptionKey</c> from the parameter that <c>Access:KeyEncryptionKeyParameter</c> names, and the client's secret
    /// alike.
    /// </summary>
    /// <exception cref="ArgumentException">The region is not known.</exception>
    /// <exception cref="InvalidOperationException">A parameter cannot be read.</exception>
    public static async Task ResolveAsync(IConfiguration configuration, TimeProvider time, CancellationToken cancellationToken)
    {
        foreach (var setting in Settings)
        {
            if (configuration[setting + Suffix] is not { Length: > 0 } name)
            {
                continue;
            }

            var region = configuration["AWS_REGION"] is { Length: > 0 } named
                ? named
                : throw new ArgumentException($"{setting}{Suffix} is '{name}', and AWS_REGION is missing: the parameter's region.");
            var endpoint = configuration["AWS_ENDPOINT_URL_SSM"] ?? configuration["AWS_ENDPOINT_URL"]
                ?? $"https://ssm.{region}.amazonaws.com/";
            using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
            var credentials = await DefaultAWSCredentialsIdentityResolver.GetCredentials().GetCredentialsAsync();
            configuration[setting] = await ParameterStore.GetAsync(
                http, new Uri(endpoint), credentials, region, name, time.GetUtcNow(), cancellationToken);
        }
    }
}
