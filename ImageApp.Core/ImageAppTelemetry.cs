using System.Diagnostics;

namespace ImageApp.Core;

/// <summary>The app's own spans: what is done to rows and objects, in the domain's words.</summary>
public static class ImageAppTelemetry
{
    /// <summary>The name of the activity source, and of the meter of whoever counts.</summary>
    public const string Name = "ImageApp";

    /// <summary>The activity source.</summary>
    public static ActivitySource Source { get; } = new(Name);

    /// <summary>
    /// Does some work in a span of its own, below the current one. Without a current one there is none: polling begins no trace.
    /// </summary>
    /// <param name="name">What is done, for example <c>save thumbnail</c>.</param>
    /// <param name="kind">Whether it leaves the process.</param>
    /// <param name="work">The work.</param>
    public static async Task<T> TraceAsync<T>(string name, ActivityKind kind, Func<Task<T>> work)
    {
        using var span = Activity.Current is null ? null : Source.StartActivity(name, kind);
        try
        {
            return await work();
        }
        catch (Exception e)
        {
            span?.SetStatus(ActivityStatusCode.Error, e.Message).AddException(e);
            throw;
        }
    }
}
