using ImageApp.Scaling;

namespace ImageApp.LoadTest.Observing;

/// <summary>Looks at the group that serves: on this machine, or at AWS.</summary>
internal interface IGroupObserver
{
    /// <summary>How often it is worth looking.</summary>
    TimeSpan Interval { get; }

    /// <summary>The group now, or null where there is none to see.</summary>
    Task<GroupStatus?> ObserveAsync(CancellationToken cancellationToken);
}
