using System.Globalization;
using System.Text;
using ImageApp.Web.Problems;

namespace ImageApp.Web.Gallery;

/// <summary>A caption as a person typed it.</summary>
internal static class CaptionText
{
    /// <summary>The longest caption a person may write, in characters.</summary>
    public const int MaxLength = 2000;

    /// <summary>What is wrong with a caption; null where nothing is.</summary>
    public static ApiProblem? Check(string? text) => Clean(text).Length switch
    {
        0 => new ApiProblem("empty-caption", StatusCodes.Status400BadRequest, "The caption is empty", "Write what the picture shows; a caption cannot be empty."),
        > MaxLength and var length => new ApiProblem("caption-too-long", StatusCodes.Status400BadRequest, "The caption is too long",
            string.Create(CultureInfo.InvariantCulture, $"A caption may have {MaxLength:N0} characters; this one has {length:N0}.")),
        _ => null,
    };

    /// <summary>One paragraph without control characters and without marks that turn the direction of what follows.</summary>
    public static string Clean(string? text)
    {
        var kept = new StringBuilder();
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune) || Rune.IsControl(rune))
            {
                if (kept.Length > 0 && kept[^1] != ' ')
                {
                    kept.Append(' ');
                }
            }
            else if (rune != Rune.ReplacementChar && rune.Value is not ((>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069)))
            {
                kept.Append(rune);
            }
        }

        return kept.ToString().Trim();
    }
}
