namespace ImageApp.Web.Hosting;

/// <summary>The status of an exception that no handler describes.</summary>
internal static class ProblemStatus
{
    /// <summary>A request that could not be read is the client's; anything else is ours.</summary>
    public static int Of(Exception exception) =>
        exception is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError;
}
