using ImageApp.LocalAws.S3.Configuration;
using ImageApp.LocalAws.S3.Store;
using ImageApp.LocalAws.Sns;

namespace ImageApp.LocalAws.S3.Events;

/// <summary>
/// Checks that topics take a bucket's events, by sending each the test event as S3 does (S3 User Guide, "Granting permissions to publish
/// event notification messages to a destination").
/// </summary>
internal sealed class NotificationTargets(ITopicPublisher topics, LocalAwsOptions options, TimeProvider time)
{
    public const string Subject = "Amazon S3 Notification";

    /// <summary>Sends <c>s3:TestEvent</c> to every topic.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidArgument</c>: a topic is missing or its policy does not allow it; the message names
    /// action and ARNs.</exception>
    public async Task ValidateAsync(
        string bucket,
        IReadOnlyList<TopicConfiguration> configurations,
        string requestId,
        string hostId,
        CancellationToken cancellationToken)
    {
        var bucketArn = Bucket.ArnOf(bucket);
        var caller = new ServiceCall("s3.amazonaws.com", bucketArn, options.AccountId);
        foreach (var topicArn in configurations.Select(configuration => configuration.TopicArn).Distinct(StringComparer.Ordinal))
        {
            try
            {
                await topics.PublishAsync(
                    caller,
                    topicArn,
                    Subject,
                    EventMessage.CreateTest(bucket, requestId, hostId, time.GetUtcNow()),
                    cancellationToken);
            }
            catch (AwsServiceException refused)
            {
                throw S3Errors.InvalidArgument(
                    $"Unable to validate the following destination configurations: sns:Publish on {topicArn} for {bucketArn} was refused: "
                    + $"{refused.Code}: {refused.Message}");
            }
        }
    }
}
