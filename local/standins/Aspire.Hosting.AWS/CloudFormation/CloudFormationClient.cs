using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.Runtime.Credentials;
using Amazon.Runtime.Internal.Auth;

namespace Aspire.Hosting.AWS.CloudFormation;

/// <summary>The few calls of CloudFormation's Query API that provisioning needs, signed with the SDK's own key derivation.</summary>
internal sealed class CloudFormationClient(IAWSSDKConfig? config) : IDisposable
{
    private readonly HttpClient _http = new();
    private readonly string _region = config?.Region?.SystemName ?? Environment.GetEnvironmentVariable("AWS_REGION") ?? "us-east-1";

    /// <summary>Calls an action.</summary>
    /// <returns>The answer's XML.</returns>
    /// <exception cref="DistributedApplicationException">CloudFormation refused; the message is its own.</exception>
    public async Task<XElement> CallAsync(string action, Dictionary<string, string> parameters, CancellationToken cancellationToken)
    {
        var endpoint =
            Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL_CLOUDFORMATION")
            ?? Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL")
            ?? $"https://cloudformation.{_region}.{RegionEndpoint.GetBySystemName(_region).PartitionDnsSuffix}";
        var body = await new FormUrlEncodedContent(
            parameters.Append(new("Action", action)).Append(new("Version", "2010-05-15"))
        ).ReadAsByteArrayAsync(cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(new Uri(endpoint), "/"))
        {
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");
        await SignAsync(request, body);
        using var response = await _http.SendAsync(request, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            var message = text.StartsWith('<')
                ? XElement.Parse(text).Descendants().FirstOrDefault(element => element.Name.LocalName == "Message")?.Value
                : text;
            throw new DistributedApplicationException($"CloudFormation {action}: {message ?? response.ReasonPhrase}");
        }

        return XElement.Parse(text);
    }

    public void Dispose() => _http.Dispose();

    private AWSCredentials Credentials()
    {
        if (config?.Profile is not { Length: > 0 } profile)
        {
            return DefaultAWSCredentialsIdentityResolver.GetCredentials();
        }

        return new CredentialProfileStoreChain().TryGetAWSCredentials(profile, out var credentials)
            ? credentials
            : throw new DistributedApplicationException(
                $"There is no AWS profile '{profile}' with credentials; 'aws configure list-profiles' lists those there are."
            );
    }

    private async Task SignAsync(HttpRequestMessage request, byte[] body)
    {
        var credentials = await Credentials().GetCredentialsAsync();
        var now = DateTime.UtcNow;
        var date = now.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        var timestamp = now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["content-type"] = "application/x-www-form-urlencoded",
            ["host"] = request.RequestUri!.IsDefaultPort ? request.RequestUri.Host : request.RequestUri.Authority,
            ["x-amz-date"] = timestamp,
        };
        request.Headers.Add("x-amz-date", timestamp);
        if (credentials.UseToken)
        {
            headers["x-amz-security-token"] = credentials.Token;
            request.Headers.Add("x-amz-security-token", credentials.Token);
        }

        var names = string.Join(';', headers.Keys);
        var canonical =
            $"POST\n/\n\n{string.Concat(headers.Select(header => $"{header.Key}:{header.Value}\n"))}\n{names}\n{Convert.ToHexStringLower(SHA256.HashData(body))}";
        var scope = $"{date}/{_region}/cloudformation/aws4_request";
        var toSign =
            $"AWS4-HMAC-SHA256\n{timestamp}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = AWS4Signer.ComposeSigningKey(credentials.SecretKey, _region, date, "cloudformation");
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            $"AWS4-HMAC-SHA256 Credential={credentials.AccessKey}/{scope}, SignedHeaders={names}, Signature={signature}"
        );
    }
}
