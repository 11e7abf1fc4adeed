using Amazon.Runtime.Credentials;
using ImageApp.Core.Aws;
using Microsoft.Extensions.Configuration;

namespace ImageApp.CaptionFunction;

/// <summary>Fetches the model provider's key at start, so that it is in no template and no environment.</summary>
internal static class ModelKey
{
    private const string ParameterSetting = $"{CaptioningOptions.Section}:ApiKeyParameter";
    private const string KeySetting = $"{CaptioningOptions.Section}:{nameof(CaptioningOptions.ApiKey)}";

    /// <summary>
    /// Sets <c>Captioning:ApiKey</c> from the parameter named in <c>Captioning:ApiKeyParameter</c>; does nothing where none is named.
    /// </summary>
    /// <exception cref="ArgumentException">The region is not known.</exception>
    /// <exception cref="InvalidOperationException">The parameter cannot be read.</exception>
    public static async Task ResolveAsync(IConfiguration configuration, TimeProvider time, CancellationToken cancellationToken)
    {
        if (configuration[ParameterSetting] is not { Length: > 0 } name)
        {
            return;
        }

        var region = configuration["AWS_REGION"] is { Length: > 0 } named
            ? named
            : throw new ArgumentException($"{ParameterSetting} is '{name}', and AWS_REGION is missing: the parameter's region.");
        var endpoint = configuration["AWS_ENDPOINT_URL_SSM"] ?? configuration["AWS_ENDPOINT_URL"] ?? $"https://ssm.{region}.amazonaws.com/";
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        var credentials = await DefaultAWSCredentialsIdentityResolver.GetCredentials().GetCredentialsAsync();
        configuration[KeySetting] = await ParameterStore.GetAsync(
            http, new Uri(endpoint), credentials, region, name, time.GetUtcNow(), cancellationToken);
    }
}
