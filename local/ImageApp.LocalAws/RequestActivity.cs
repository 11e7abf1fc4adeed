using System.Diagnostics;

namespace ImageApp.LocalAws;

/// <summary>Activities that only pass a trace on.</summary>
internal static class RequestActivity
{
    /// <summary>Starts an activity that no listener sees, so that what happens in it still carries its parent's trace.</summary>
    public static Activity StartUnrecorded(string name, ActivityContext parent)
    {
        var activity = new Activity(name);
        if (parent != default)
        {
            activity.SetParentId(parent.TraceId, parent.SpanId, parent.TraceFlags);
            activity.TraceStateString = parent.TraceState;
        }

        return activity.Start();
    }
}
