using System.Globalization;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace ImageApp.CaptionFunction.Provider;

/// <summary>How long a provider asks to be left alone, wherever it says so.</summary>
internal static partial class ProviderWait
{
    /// <summary>The longest wait that is believed: a day's quota is back by then.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>
    /// Reads <c>retry-after-ms</c> (Azure, OpenAI), <c>Retry-After</c> in seconds or as a date (RFC 9110), Google's <c>RetryInfo</c> in the
    /// body,
    /// the words "try again in 1m20s" (OpenAI, Groq); where none is there, the reset of the limit that is used up
    /// (<c>x-ratelimit-reset-requests</c>,
    /// <c>-tokens</c>, <c>anthropic-ratelimit-…-reset</c>, <c>X-RateLimit-Reset</c>, OpenRouter's also in the body).
    /// </summary>
    /// <returns>The longest of them, at least zero; null where nothing is said.</returns>
    public static TimeSpan? Read(HttpHeaders? headers, string body, DateTimeOffset now)
    {
        var said = Max(
            Milliseconds(Header(headers, "retry-after-ms")),
            RetryAfter(Header(headers, "Retry-After"), now),
            Duration(RetryInfo().Match(body)),
            Seconds(RetryAfterMember().Match(body)),
            Duration(TryAgainIn().Match(body)));
        var wait = said ?? Max(
            Reset(headers, "x-ratelimit-reset-requests", "x-ratelimit-remaining-requests", now),
            Reset(headers, "x-ratelimit-reset-tokens", "x-ratelimit-remaining-tokens", now),
            Reset(headers, "anthropic-ratelimit-requests-reset", "anthropic-ratelimit-requests-remaining", now),
            Reset(headers, "anthropic-ratelimit-tokens-reset", "anthropic-ratelimit-tokens-remaining", now),
            Reset(headers, "x-ratelimit-reset", "x-ratelimit-remaining", now),
            Moment(ResetMember().Match(body).Groups["at"].Value, now));
        return wait is not { } length ? null
            : length < TimeSpan.Zero ? TimeSpan.Zero
            : length > Longest ? Longest
            : length;
    }

    private static TimeSpan? Max(params ReadOnlySpan<TimeSpan?> waits)
    {
        TimeSpan? longest = null;
        foreach (var wait in waits)
        {
            if (wait is not null && (longest is null || wait > longest))
            {
                longest = wait;
            }
        }

        return longest;
    }

    private static string? Header(HttpHeaders? headers, string name) =>
        headers is not null && headers.NonValidated.TryGetValues(name, out var values) ? values.FirstOrDefault()?.Trim() : null;

    private static TimeSpan? Milliseconds(string? value) => Parse(value) is { } milliseconds ? Span(milliseconds / 1000) : null;

    private static TimeSpan? RetryAfter(string? value, DateTimeOffset now) =>
        Parse(value) is { } seconds ? Span(seconds) : Date(value, now) ?? Words(value);

    // A reset tells when the limit is whole again, which only matters for the limit that is used up.
    private static TimeSpan? Reset(HttpHeaders? headers, string reset, string remaining, DateTimeOffset now) =>
        Parse(Header(headers, remaining)) is > 0 ? null : Moment(Header(headers, reset), now);

    // Seconds from now, seconds or milliseconds since 1970, a date, or a duration as Go writes it.
    private static TimeSpan? Moment(string? value, DateTimeOffset now) => Parse(value) switch
    {
        > 1e14 => null,
        > 1e11 and var milliseconds => DateTimeOffset.UnixEpoch.AddMilliseconds(milliseconds) - now,
        > 1e9 and var seconds => DateTimeOffset.UnixEpoch.AddSeconds(seconds) - now,
        { } seconds => Span(seconds),
        null => Date(value, now) ?? Words(value),
    };

    private static TimeSpan? Date(string? value, DateTimeOffset now) => value is { Length: >= 10 }
        && DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at - now : null;

    private static TimeSpan? Words(string? value) => value is null ? null : Duration(WholeDuration().Match(value));

    private static TimeSpan? Seconds(Match match) => match.Success && Parse(match.Groups["n"].Value) is { } number
        ? Span(match.Groups["ms"].Success ? number / 1000 : number)
        : null;

    private static TimeSpan? Duration(Match match)
    {
        if (!match.Success)
        {
            return null;
        }

        var seconds = 0.0;
        for (var i = 0; i < match.Groups["n"].Captures.Count; i++)
        {
            var unit = match.Groups["u"].Captures[i].Value.ToLowerInvariant();
            seconds += (Parse(match.Groups["n"].Captures[i].Value) ?? 0) * (unit switch
            {
                "ms" => 0.001,
                _ when unit.StartsWith("millis", StringComparison.Ordinal) => 0.001,
                _ when unit.StartsWith('s') => 1,
                _ when unit.StartsWith('m') => 60,
                _ when unit.StartsWith('h') => 3600,
                _ => 86400,
            });
        }

        return Span(seconds);
    }

    private static double? Parse(string? value) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static TimeSpan Span(double seconds) => seconds >= Longest.TotalSeconds ? Longest : TimeSpan.FromSeconds(seconds);

    private const string OneDuration =
        @"(?:(?<n>\d{1,12}(?:\.\d{1,12})?)\s?(?<u>ms|millis(?:econds?)?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d"
            + @"|days?)(?![a-z])[\s,]{0,2}(?:and )?)+";

    [GeneratedRegex("^" + OneDuration + "$", RegexOptions.IgnoreCase)]
    private static partial Regex WholeDuration();

    // The member may stand in JSON within a JSON string, its quotes escaped.
    [GeneratedRegex(@"retry_?delay\W{1,12}" + OneDuration, RegexOptions.IgnoreCase)]
    private static partial Regex RetryInfo();

    [GeneratedRegex(@"(?:try again|retry|wait)\b[^.\d]{0,30}?" + OneDuration, RegexOptions.IgnoreCase)]
    private static partial Regex TryAgainIn();

    [GeneratedRegex(@"retry[_-]?after(?:[_-]?(?<ms>ms|milliseconds)|[_-]?(?:s"
        + @"|seconds))?[\\""]{1,2}\s?:\s?[\\""]{0,2}(?<n>\d{1,12}(?:\.\d{1,12})?)", RegexOptions.IgnoreCase)]
    private static partial Regex RetryAfterMember();

    [GeneratedRegex(@"X-RateLimit-Reset\W{1,12}(?<at>\d{10,13})\b", RegexOptions.IgnoreCase)]
    private static partial Regex ResetMember();
}
