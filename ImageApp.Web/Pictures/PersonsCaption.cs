using System.Globalization;
using ImageApp.Core;
using ImageApp.Web.Hosting;

namespace ImageApp.Web.Pictures;

/// <summary>A caption as a person typed it.</summary>
internal static class PersonsCaption
{
    private const string Empty = "empty-caption";
    private const string TooLong = "caption-too-long";
    private const string EmptyText = "Write what the picture shows; a caption cannot be empty.";

    /// <summary>The longest caption a person may write, in characters.</summary>
    public const int MaxLength = 2000;

    /// <summary>What a page says of a problem of <see cref="Check"/> that an address names; null where it names none.</summary>
    public static string? Words(string? problem) => problem switch
    {
        Empty => EmptyText,
        TooLong => string.Create(CultureInfo.InvariantCulture, $"A caption may have {MaxLength:N0} characters; this one had more."),
        _ => null,
    };

    /// <summary>What is wrong with a caption; null where nothing is.</summary>
    public static ApiProblem? Check(string? text) => PlainText.Paragraph(text).Length switch
    {
        0 => new ApiProblem(Empty, StatusCodes.Status400BadRequest, "The caption is empty",
            EmptyText),
        > MaxLength and var length => new ApiProblem(TooLong, StatusCodes.Status400BadRequest, "The caption is too long",
            string.Create(CultureInfo.InvariantCulture, $"A caption may have {MaxLength:N0} characters; this one has {length:N0}.")),
        _ => null,
    };
}
