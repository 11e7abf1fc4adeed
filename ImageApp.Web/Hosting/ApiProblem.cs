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

        return details;
    }

    /// <summary>The problem as an answer.</summary>
    public IResult ToResult() => TypedResults.Problem(ToProblemDetails());

    public static ApiProblem ImageNotFound(long id) => new(
        "image-not-found", StatusCodes.Status404NotFound, "There is no such image",
        $"Image {id} does not exist; it may have been deleted.");

    public static ApiProblem ObjectNotFound() => new(
        "object-not-found", StatusCodes.Status404NotFound, "The file is gone", "The bucket no longer holds this file.");

    public static ApiProblem Invalid(string parameter, string detail) => new(
        "invalid-parameter", StatusCodes.Status400BadRequest, "A parameter is not valid", $"{parameter}: {detail}");
}
