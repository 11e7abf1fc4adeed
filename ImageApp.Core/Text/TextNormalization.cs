using System.Globalization;
using System.Text;

namespace ImageApp.Core.Text;

/// <summary>
/// Normalization forms C and KD (Unicode Standard Annex 15). <see cref="string.Normalize()"/> leaves a text as it is where a process runs
/// without ICU, as every process of the app does.
/// </summary>
public static class TextNormalization
{
    // The Unicode Standard, 3.12, "Conjoining Jamo Behavior".
    private const int SyllableBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TrailBase = 0x11A7;
    private const int LeadCount = 19;
    private const int VowelCount = 21;
    private const int TrailCount = 28;
    private const int SyllableCount = LeadCount * VowelCount * TrailCount;

    private static readonly Lazy<Tables> Data = new(Tables.Read);

    /// <summary>Form C: a letter and its accents are one character where there is one.</summary>
    public static string FormC(string text) =>
        text.AsSpan().IndexOfAnyInRange('\u0300', '\uFFFF') < 0 ? text : Normalize(text, isCompatible: false);

    /// <summary>
    /// Form KD: every accent is a character of its own, and variants of a character (full width, ligatures, superscripts) are the
    /// character.
    /// </summary>
    public static string FormKD(string text) =>
        text.AsSpan().IndexOfAnyInRange('\u00A0', '\uFFFF') < 0 ? text : Normalize(text, isCompatible: true);

    private static string Normalize(string text, bool isCompatible)
    {
        var runes = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, isCompatible, runes);
        }

        Order(runes);
        var kept = new StringBuilder(text.Length);
        foreach (var value in isCompatible ? runes : Compose(runes))
        {
            kept.Append(new Rune(value));
        }

        return kept.ToString();
    }

    private static void Decompose(int value, bool isCompatible, List<int> into)
    {
        if (value - SyllableBase is >= 0 and < SyllableCount and var syllable)
        {
            into.Add(LeadBase + (syllable / (VowelCount * TrailCount)));
            into.Add(VowelBase + (syllable % (VowelCount * TrailCount) / TrailCount));
            if (syllable % TrailCount is > 0 and var trail)
            {
                into.Add(TrailBase + trail);
            }
        }
        else if (Data.Value.Canonical.TryGetValue(value, out var parts)
            || (isCompatible && Data.Value.Compatible.TryGetValue(value, out parts)))
        {
            foreach (var part in parts)
            {
                Decompose(part, isCompatible, into);
            }
        }
        else
        {
            into.Add(value);
        }
    }

    // Marks after a starter, by their combining class; equal ones stay in order.
    private static void Order(List<int> runes)
    {
        for (var i = 1; i < runes.Count; i++)
        {
            var own = ClassOf(runes[i]);
            for (var j = i; own > 0 && j > 0 && ClassOf(runes[j - 1]) > own; j--)
            {
                (runes[j - 1], runes[j]) = (runes[j], runes[j - 1]);
            }
        }
    }

    private static List<int> Compose(List<int> runes)
    {
        var composed = new List<int>(runes.Count);
        var starter = -1;
        var last = 0;
        foreach (var value in runes)
        {
            var own = ClassOf(value);
            var isBlocked = starter >= 0 && starter < composed.Count - 1 && (last == 0 || last >= own);
            if (starter >= 0 && !isBlocked && TryCompose(composed[starter], value, out var pair))
            {
                composed[starter] = pair;
                continue;
            }

            if (own == 0)
            {
                starter = composed.Count;
            }

            last = own;
            composed.Add(value);
        }

        return composed;
    }

    private static bool TryCompose(int first, int second, out int pair)
    {
        if (first - LeadBase is >= 0 and < LeadCount and var lead && second - VowelBase is >= 0 and < VowelCount and var vowel)
        {
            pair = SyllableBase + (((lead * VowelCount) + vowel) * TrailCount);
            return true;
        }

        if (first - SyllableBase is >= 0 and < SyllableCount and var syllable && syllable % TrailCount == 0
            && second - TrailBase is > 0 and < TrailCount and var trail)
        {
            pair = first + trail;
            return true;
        }

        return Data.Value.Pairs.TryGetValue((first, second), out pair);
    }

    private static int ClassOf(int value) => value < 0x300 ? 0 : Data.Value.Classes.GetValueOrDefault(value);

    private sealed record Tables(
        Dictionary<int, int[]> Canonical,
        Dictionary<int, int[]> Compatible,
        Dictionary<(int, int), int> Pairs,
        Dictionary<int, int> Classes)
    {
        /// <summary>Reads what <c>eng/unicode-normalization</c> wrote.</summary>
        public static Tables Read()
        {
            var tables = new Tables([], [], [], []);
            using var stream = typeof(Tables).Assembly.GetManifestResourceStream("ImageApp.Core.Text.normalization.txt")
                ?? throw new InvalidOperationException("The table of normalization forms is not part of this build.");
            using var reader = new StreamReader(stream);
            while (reader.ReadLine() is { } line)
            {
                if (line.StartsWith('#'))
                {
                    continue;
                }

                var numbers = line.Split(' ').Skip(1)
                    .Select(part => int.Parse(part, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)).ToArray();
                switch (line[0])
                {
                    case 'o':
                        tables.Classes[numbers[0]] = numbers[1];
                        break;
                    case 'k':
                        tables.Compatible[numbers[0]] = numbers[1..];
                        break;
                    default:
                        tables.Canonical[numbers[0]] = numbers[1..];
                        if (line[0] == 'c')
                        {
                            tables.Pairs[(numbers[1], numbers[2])] = numbers[0];
                        }

                        break;
                }
            }

            return tables;
        }
    }
}
