using ImageApp.Web.Hosting;

namespace ImageApp.Web.Sharing;

/// <summary>What can be wrong with shared links, in a person's words.</summary>
internal static class ShareProblems
{
    public static ApiProblem NotFound() => new(
        "share-not-found", StatusCodes.Status404NotFound, "This link is not valid",
        "It may have expired, or the person who shared it has ended it. Ask them for another one.");

    public static ApiProblem NoTarget() => new(
        "share-target", StatusCodes.Status400BadRequest, "Nothing to share", "A link leads to a picture or to an album that is there.");

    public static ApiProblem BadExpiry() => new(
        "share-expiry", StatusCodes.Status400BadRequest, "Not a time that a link can last", "A link lasts 1 to 3,650 days, or for ever.");

    public static ApiProblem BadPassword() => new(
        "share-password", StatusCodes.Status400BadRequest, "The password is too long",
        $"A password may have {SharePassword.MaxLength} characters.");
}
