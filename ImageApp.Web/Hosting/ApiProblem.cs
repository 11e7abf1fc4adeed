using ImageApp.Core.Catalogue;
using Microsoft.AspNetCore.Mvc;

namespace ImageApp.Web.Hosting;

/// <summary>A problem with a stable name, as RFC 9457 describes problems.</summary>
/// <param name="Name">The stable name, the last part of the problem's <c>type</c>.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Title">What kind of problem it is, the same for every occurrence.</param>
/// <param name="Detail">What was wrong this time and what is allowed.</param>
internal sealed record ApiProblem(string Name, int Status, string Title, string Detail)
{
    /// <summary>The file it concerns; null where it concerns the whole request.</summary>
    public string? FileName { get; init; }

    /// <summary>What else a program needs to know, by name: texts.</summary>
    public IReadOnlyDictionary<string, string?> More { get; init; } = new Dictionary<string, string?>();

    /// <summary>The problem's <c>type</c>: never changes for a name.</summary>
    public string Type => $"urn:imageapp:problem:{Name}";

    /// <summary>The problem as <c>application/problem+json</c>.</summary>
    public ProblemDetails ToProblemDetails()
    {
        var details = new ProblemDetails { Type = Type, Title = Title, Status = Status, Detail = Detail };
        if (FileName is not null)
        {
            details.Extensions["fileName"] = FileName;
        }

        foreach (var (name, value) in More)
        {
            details.Extensions[name] = value;
        }

        return details;
    }

    /// <summary>The problem as an answer: a page for people, <c>application/problem+json</c> for programs.</summary>
    public IResult ToResult() => TypedResults.Problem(ToProblemDetails());

    public static ApiProblem ImageNotFound(long id) => new(
        "image-not-found", StatusCodes.Status404NotFound, "There is no such image",
        $"Image {id} does not exist; it may have been deleted.");

    public static ApiProblem CaptionChanged(ImageRecord image) => new(
        "caption-changed", StatusCodes.Status412PreconditionFailed, "The caption was changed meanwhile",
        "Somebody, or the model, has replaced the caption since you saw it. Nothing was saved: look at both and save again.")
    {
        More = new Dictionary<string, string?> { ["caption"] = image.Caption, ["captionTag"] = image.CaptionTag },
    };

    public static ApiProblem ObjectNotFound() => new(
        "object-not-found", StatusCodes.Status404NotFound, "The file is gone", "The bucket no longer holds this file.");

    public static ApiProblem Invalid(string parameter, string detail) => new(
        "invalid-parameter", StatusCodes.Status400BadRequest, "A parameter is not valid", $"{parameter}: {detail}");
}
