namespace ImageApp.LocalAws.Sns;

/// <summary>How another service publishes to a topic: the seam between S3 and SNS.</summary>
public interface ITopicPublisher
{
    /// <summary>Publishes <paramref name="message"/> if the topic's policy lets <paramref name="caller"/> do so.</summary>
    /// <returns>The message id.</returns>
    /// <exception cref="AwsServiceException">
    /// <c>NotFound</c> where there is no such topic; <c>AuthorizationError</c> where its policy does not allow
    /// <c>sns:Publish</c>, naming the action and both ARNs.
    /// </exception>
    Task<string> PublishAsync(ServiceCall caller, string topicArn, string? subject, string message, CancellationToken cancellationToken);
}
