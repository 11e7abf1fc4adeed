using System.Globalization;
using ImageApp.Core;
using ImageApp.Web.Hosting;

namespace ImageApp.Web.Pictures;

/// <summary>A caption as a person typed it.</summary>
internal static class PersonsCaption
{
    /// <summary>The longest caption a person may write, in characters.</summary>
    public const int MaxLength = 2000;

    /// <summary>What is wrong with a caption; null where nothing is.</summary>
    public static ApiProblem? Check(string? text) => PlainText.Paragraph(text).Length switch
    {
        0 => new ApiProblem("empty-caption", StatusCodes.Status400BadRequest, "The caption is empty",
            "Write what the picture shows; a caption cannot be empty."),
        > MaxLength and var length => new ApiProblem("caption-too-long", StatusCodes.Status400BadRequest, "The caption is too long",
            string.Create(CultureInfo.InvariantCulture, $"A caption may have {MaxLength:N0} characters; this one has {length:N0}.")),
        _ => null,
    };
}
