using System.Globalization;
using ImageApp.Web.Hosting;

namespace ImageApp.Web.Limits;

/// <summary>What is refused for now, in a person's words.</summary>
internal static class LimitProblems
{
    /// <summary>More was asked for than is allowed.</summary>
    public static ApiProblem TooFast(LimitedWork work, TimeSpan wait) => Refused(
        "too-many-requests", "Too much at once", $"There were {WordsOf(work)} in a short time.", wait);

    /// <summary>More pages listen than are allowed.</summary>
    public static ApiProblem TooManyListeners(TimeSpan wait) => Refused(
        "too-many-listeners", "Too many open pages", "Too many pages of this gallery are open here at the same time.", wait);

    /// <summary>The picture was made again a moment ago.</summary>
    public static ApiProblem CoolDown(long id, TimeSpan wait) => Refused(
        "described-just-now", "The picture is being described again already",
        string.Create(CultureInfo.InvariantCulture, $"Somebody asked for image {id} to be described again just now."), wait);

    /// <summary>A wait in whole seconds, as <c>Retry-After</c> says it.</summary>
    public static string Seconds(TimeSpan wait) =>
        Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);

    private static ApiProblem Refused(string name, string title, string detail, TimeSpan wait) => new(
        name, StatusCodes.Status429TooManyRequests, title,
        $"{detail} Please try again in {Seconds(wait)} {(Seconds(wait) == "1" ? "second" : "seconds")}.")
    {
        More = new Dictionary<string, string?> { ["retryAfter"] = Seconds(wait) },
    };

    private static string WordsOf(LimitedWork work) => work switch
    {
        LimitedWork.Uploads or LimitedWork.Grants => "too many uploads",
        LimitedWork.Retries => "too many pictures to be described again",
        LimitedWork.Searches => "too many searches",
        _ => "too many downloads of several pictures",
    };
}
