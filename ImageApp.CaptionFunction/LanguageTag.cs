using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ImageApp.CaptionFunction;

/// <summary>A language as web pages name it (BCP 47, RFC 5646), for example <c>de</c>, <c>pt-BR</c> or <c>zh-Hant</c>.</summary>
internal static partial class LanguageTag
{
    // The process has no culture data (invariant globalization), so the names that a model should read are here: languages of ISO 639-1
    // with many readers. Models know the others by their tag.
    private static readonly FrozenDictionary<string, string> Names =
        """
        af Afrikaans; am Amharic; ar Arabic; az Azerbaijani; be Belarusian; bg Bulgarian; bn Bengali; bs Bosnian; ca Catalan;
        cs Czech; cy Welsh; da Danish; de German; el Greek; en English; eo Esperanto; es Spanish; et Estonian; eu Basque;
        fa Persian; fi Finnish; fil Filipino; fr French; ga Irish; gl Galician; gu Gujarati; ha Hausa; he Hebrew; hi Hindi;
        hr Croatian; hu Hungarian; hy Armenian; id Indonesian; is Icelandic; it Italian; ja Japanese; ka Georgian; kk Kazakh;
        km Khmer; kn Kannada; ko Korean; lb Luxembourgish; lo Lao; lt Lithuanian; lv Latvian; mk Macedonian; ml Malayalam;
        mn Mongolian; mr Marathi; ms Malay; mt Maltese; my Burmese; nb Norwegian Bokmål; ne Nepali; nl Dutch;
        nn Norwegian Nynorsk; no Norwegian; pa Punjabi; pl Polish; ps Pashto; pt Portuguese; ro Romanian; ru Russian;
        si Sinhala; sk Slovak; sl Slovenian; sq Albanian; sr Serbian; sv Swedish; sw Swahili; ta Tamil; te Telugu; th Thai;
        tl Tagalog; tr Turkish; uk Ukrainian; ur Urdu; uz Uzbek; vi Vietnamese; yue Cantonese; zh Chinese; zu Zulu
        """
            .Split(';', StringSplitOptions.TrimEntries)
            .Select(language => language.Split(' ', 2))
            .ToFrozenDictionary(language => language[0], language => language[1], StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a tag is well-formed.</summary>
    public static bool IsWellFormed(string tag) => WellFormed().IsMatch(tag);

    /// <summary>A tag in its usual case: <c>pt-BR</c>, <c>zh-Hant-TW</c> (RFC 5646, 2.1.1).</summary>
    public static string Normalize(string tag)
    {
        var parts = tag.Split('-');
        var isPlain = false;
        for (var i = 0; i < parts.Length; i++)
        {
            // Behind a singleton, everything is lower case.
            var part = parts[i].ToLower(CultureInfo.InvariantCulture);
            parts[i] = i == 0 || isPlain ? part
                : part.Length == 2 ? part.ToUpperInvariant()
                : part.Length == 4 && char.IsAsciiLetter(part[0]) ? char.ToUpperInvariant(part[0]) + part[1..]
                : part;
            isPlain |= parts[i].Length == 1;
        }

        return string.Join('-', parts);
    }

    /// <summary>The language for a model to read: <c>German (de)</c>, or the tag alone where its name is not known here.</summary>
    public static string Describe(string tag) =>
        Names.TryGetValue(tag.Split('-')[0], out var name) ? $"{name} ({tag})" : $"the language with the tag {tag}";

    [GeneratedRegex(
        "^(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?(?:-(?:[a-z0-9]{5,8}"
            + "|[0-9][a-z0-9]{3}))*(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex WellFormed();
}
