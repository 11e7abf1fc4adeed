using System.Net;

namespace ImageApp.Tests.Access;

/// <summary>
/// A browser without a window: keeps cookies by host and port as they are set, follows redirects step by step, and can be told that an
/// address by which people know the gallery is a process on this machine.
/// </summary>
internal sealed class CookieBrowser : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
    private readonly Dictionary<(string Origin, string Name), string> _cookies = [];
    private readonly Dictionary<string, Uri> _places = [];

    /// <summary>Every <c>Set-Cookie</c> that was seen.</summary>
    public List<string> SetCookies { get; } = [];

    /// <summary>Every address that was asked for.</summary>
    public List<Uri> Visited { get; } = [];

    /// <summary>What each request says that it takes.</summary>
    public string Accept { get; set; } = "text/html";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Says which process an origin is.</summary>
    public void Place(Uri origin, Uri process) => _places[origin.GetLeftPart(UriPartial.Authority)] = process;

    /// <summary>A cookie of an origin; null where there is none.</summary>
    public string? Cookie(Uri origin, string name) => _cookies.GetValueOrDefault((origin.GetLeftPart(UriPartial.Authority), name));

    /// <summary>Sets a cookie.</summary>
    public void SetCookie(Uri origin, string name, string value) => _cookies[(origin.GetLeftPart(UriPartial.Authority), name)] = value;

    /// <summary>Forgets an origin's cookies.</summary>
    public void Forget(Uri origin)
    {
        foreach (var key in _cookies.Keys.Where(key => key.Origin == origin.GetLeftPart(UriPartial.Authority)).ToList())
        {
            _cookies.Remove(key);
        }
    }

    /// <summary>One request, whose redirect is not followed.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri address, HttpContent? content = null)
    {
        Visited.Add(address);
        var origin = address.GetLeftPart(UriPartial.Authority);
        var target = _places.TryGetValue(origin, out var process) ? new Uri(process, address.PathAndQuery) : address;
        using var request = new HttpRequestMessage(method, target) { Content = content };
        request.Headers.Host = address.Authority;
        request.Headers.TryAddWithoutValidation("Accept", Accept);
        var cookies = _cookies.Where(cookie => cookie.Key.Origin == origin).Select(cookie => $"{cookie.Key.Name}={cookie.Value}").ToList();
        if (cookies.Count > 0)
        {
            request.Headers.TryAddWithoutValidation("Cookie", string.Join("; ", cookies));
        }

        var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        foreach (var set in answer.Headers.TryGetValues("Set-Cookie", out var values) ? values : [])
        {
            SetCookies.Add(set);
            var pair = set.Split(';')[0].Split('=', 2);
            if (pair[1].Length == 0 || set.Contains("01 Jan 1970", StringComparison.Ordinal))
            {
                _cookies.Remove((origin, pair[0]));
            }
            else
            {
                _cookies[(origin, pair[0])] = pair[1];
            }
        }

        return answer;
    }

    /// <summary>A request and every redirect that follows.</summary>
    /// <returns>The last answer, and where it came from.</returns>
    public async Task<(HttpResponseMessage Answer, Uri Address)> GoAsync(Uri address)
    {
        for (var i = 0; i < 12; i++)
        {
            var answer = await SendAsync(HttpMethod.Get, address);
            if (answer.StatusCode is not (HttpStatusCode.Found or HttpStatusCode.SeeOther) || answer.Headers.Location is not { } next)
            {
                return (answer, address);
            }

            answer.Dispose();
            address = new Uri(address, next);
        }

        throw new InvalidOperationException($"Redirected for ever: {string.Join(" -> ", Visited.TakeLast(12))}");
    }

    public void Dispose() => _http.Dispose();
}
