using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amazon.Runtime.Credentials;
using ImageApp.Core.Aws;

namespace ImageApp.SchemaFunction;

/// <summary>The database administrator's name and password, as RDS keeps them in Secrets Manager.</summary>
internal sealed class AdministratorSecret(HttpClient http, TimeProvider time)
{
    /// <summary>Reads it (Secrets Manager API Reference, GetSecretValue).</summary>
    /// <param name="arn">The secret's ARN.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="InvalidOperationException">It may not be read, or is none of a database; the message says which.</exception>
    public async Task<(string User, string Password)> GetAsync(string arn, CancellationToken cancellationToken)
    {
        // arn:partition:secretsmanager:region:account:secret:name
        var region = arn.Split(':') is [_, _, "secretsmanager", { Length: > 0 } named, ..]
            ? named
            : throw new InvalidOperationException($"'{arn}' is no secret's ARN.");
        var endpoint = Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL_SECRETS_MANAGER") is { Length: > 0 } overridden
            ? overridden
            : $"https://secretsmanager.{region}.amazonaws.com/";
        var body = Encoding.UTF8.GetBytes(new JsonObject { ["SecretId"] = arn }.ToJsonString());
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
        request.Headers.Add("X-Amz-Target", "secretsmanager.GetSecretValue");
        var credentials = await DefaultAWSCredentialsIdentityResolver.GetCredentials().GetCredentialsAsync().WaitAsync(cancellationToken);
        new SignatureV4(credentials, region, "secretsmanager").Sign(request, body, time.GetUtcNow());
        using var response = await http.SendAsync(request, cancellationToken);
        var answer = await response.Content.ReadAsStringAsync(cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"Secret {arn} could not be read ({(int)response.StatusCode}): {answer}");
        }

        using var document = JsonDocument.Parse(answer);
        using var secret = JsonDocument.Parse(document.RootElement.GetProperty("SecretString").GetString()!);
        return (secret.RootElement.GetProperty("username").GetString()!, secret.RootElement.GetProperty("password").GetString()!);
    }
}
