using System.Diagnostics;

namespace ImageApp.LocalAws.S3.Events;

/// <summary>A kind of destination of a bucket's events (S3 User Guide, "Event notification types and destinations").</summary>
internal interface IEventDestination
{
    /// <summary>How ARNs of this kind begin.</summary>
    string ArnPrefix { get; }

    /// <summary>The action that the destination's policy has to allow.</summary>
    string Action { get; }

    /// <summary>Sends a message if the destination's policy lets <paramref name="caller"/> do so.</summary>
    /// <exception cref="AwsServiceException">There is no such destination, or its policy does not allow it.</exception>
    Task SendAsync(ServiceCall caller, string arn, string message, ActivityContext trace, CancellationToken cancellationToken);

    /// <summary>Finds out whether messages would be taken, with a test event where the destination is for any message.</summary>
    /// <exception cref="AwsServiceException">There is no such destination, or its policy does not allow it.</exception>
    Task TestAsync(ServiceCall caller, string arn, string testEvent, CancellationToken cancellationToken);
}
