using System.Diagnostics;

namespace ImageApp.LocalAws.Sns;

/// <summary>Delivers notifications by one protocol.</summary>
internal interface ISubscriptionEndpoint
{
    /// <summary>Whether this delivers by a subscription's protocol.</summary>
    bool Delivers(string protocol);

    /// <summary>The permission that a delivery needs, for logs; null where none is.</summary>
    string? Action { get; }

    /// <summary>How often and when failed deliveries are tried again.</summary>
    DeliveryPolicy PolicyOf(Topic topic, Subscription subscription);

    /// <summary>Delivers once, in the trace of the publisher's span.</summary>
    /// <exception cref="AwsServiceException">The service at the other end refuses it: another attempt would be refused, too.</exception>
    /// <exception cref="DeliveryFailedException">It did not arrive.</exception>
    Task DeliverAsync(
        Topic topic,
        Subscription subscription,
        Notification notification,
        ActivityContext trace,
        CancellationToken cancellationToken);
}

/// <summary>A delivery did not arrive.</summary>
/// <param name="message">What happened.</param>
/// <param name="isPermanent">Whether another attempt would fail in the same way.</param>
/// <param name="innerException">What caused it.</param>
internal sealed class DeliveryFailedException(string message, bool isPermanent, Exception? innerException = null)
    : Exception(message, innerException)
{
    public bool IsPermanent { get; } = isPermanent;
}
