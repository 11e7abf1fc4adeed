using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ImageApp.CaptionFunction.Provider;

/// <summary>
/// A provider's answer that is no completion. OpenAI gives <c>{"error":{"message","type","param","code"}}</c>, Google an array of them with
/// <c>details</c>, LM Studio <c>{"error":"…"}</c>, FastAPI servers <c>{"detail":[{"loc","msg"}]}</c>, gateways a page of HTML.
/// </summary>
/// <param name="Status">The HTTP status, or the status inside an answer that came with 200.</param>
/// <param name="Text">Everything it says in words, on one line; never what it repeats of the request.</param>
/// <param name="Body">The body as it came, at most 64 KiB of it.</param>
/// <param name="IsJson">Whether it is JSON, as every provider's errors are; a gateway's are not.</param>
internal sealed partial record ProviderError(int Status, string Text, string Body, bool IsJson)
{
    private const int MaxBody = 64 * 1024;
    private const int MaxText = 2000;
    private const int MaxString = 1000;

    /// <summary>Reads an error's body.</summary>
    public static ProviderError Parse(int status, string body)
    {
        var start = body.Length > MaxBody ? body[..MaxBody] : body;
        try
        {
            using var json = JsonDocument.Parse(body, ChatCompletion.Lenient);
            return Of(status, json.RootElement, start);
        }
        catch (JsonException)
        {
            var words = WebUtility.HtmlDecode(Markup().Replace(start, " "));
            return new ProviderError(status, OneLine(words), start, IsJson: false);
        }
    }

    /// <summary>Reads an error inside an answer that came with 200: its own number counts as the status, 502 where it has none.</summary>
    public static ProviderError Inside(JsonElement error, string body)
    {
        var status = error.ValueKind == JsonValueKind.Object
            ? Number(error, "code") ?? Number(error, "status") ?? Number(error, "status_code") ?? 502
            : 502;
        return Of(status, error, body.Length > MaxBody ? body[..MaxBody] : body);
    }

    private static ProviderError Of(int status, JsonElement json, string body)
    {
        var text = new StringBuilder();
        Gather(json, text);
        return new ProviderError(status, OneLine(text.ToString()), body, IsJson: true);
    }

    private static int? Number(JsonElement error, string name) => error.TryGetProperty(name, out var value)
        && int.TryParse(value.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 400 and <= 599
        ? number
        : null;

    private static void Gather(JsonElement json, StringBuilder text)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in json.EnumerateObject())
                {
                    // Validators repeat what they were sent, which has our own words and the picture in it.
                    if (property.Name is not ("input" or "ctx" or "url" or "links" or "request" or "messages" or "user_id" or "id"))
                    {
                        Gather(property.Value, text);
                    }
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in json.EnumerateArray())
                {
                    Gather(item, text);
                }

                break;
            case JsonValueKind.String when text.Length < MaxText:
                var value = json.GetString()!;
                text.Append(value.AsSpan(0, Math.Min(value.Length, MaxString))).Append(' ');
                break;
        }
    }

    private static string OneLine(string text)
    {
        var line = WhiteSpace().Replace(text, " ").Trim();
        return line.Length > MaxText ? line[..MaxText] : line;
    }

    [GeneratedRegex("<style.*?</style>|<script.*?</script>|<[^>]*>", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Markup();

    [GeneratedRegex(@"[\s\p{C}]+")]
    private static partial Regex WhiteSpace();
}
