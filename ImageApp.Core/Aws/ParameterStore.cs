using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amazon.Runtime;

namespace ImageApp.Core.Aws;

/// <summary>
/// Systems Manager's Parameter Store, as far as a process needs it at start (Systems Manager API Reference, GetParameter).
/// </summary>
public static class ParameterStore
{
    /// <summary>Reads a parameter, decrypted.</summary>
    /// <param name="http">The client.</param>
    /// <param name="endpoint">The service's address; an overridden endpoint where one is set.</param>
    /// <param name="credentials">Who asks; needs <c>ssm:GetParameter</c>.</param>
    /// <param name="region">The parameter's region.</param>
    /// <param name="name">The parameter's name.</param>
    /// <param name="now">The time of signing.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="InvalidOperationException">
    /// There is no such parameter, or it may not be read; the message says what the service said.
    /// </exception>
    public static async Task<string> GetAsync(
        HttpClient http,
        Uri endpoint,
        ImmutableCredentials credentials,
        string region,
        string name,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var body = Encoding.UTF8.GetBytes(new JsonObject { ["Name"] = name, ["WithDecryption"] = true }.ToJsonString());
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
        request.Headers.Add("X-Amz-Target", "AmazonSSM.GetParameter");
        new SignatureV4(credentials, region, "ssm").Sign(request, body, now);
        using var response = await http.SendAsync(request, cancellationToken);
        var answer = await response.Content.ReadAsStringAsync(cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"Parameter '{name}' could not be read ({(int)response.StatusCode}): {answer}");
        }

        using var document = JsonDocument.Parse(answer);
        return document.RootElement.GetProperty("Parameter").GetProperty("Value").GetString()!;
    }
}
