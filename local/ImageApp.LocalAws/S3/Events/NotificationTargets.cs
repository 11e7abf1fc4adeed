using ImageApp.LocalAws.S3.Configuration;
using ImageApp.LocalAws.S3.Store;

namespace ImageApp.LocalAws.S3.Events;

/// <summary>
/// The destinations of buckets' events, and whether they take them (S3 User Guide, "Granting permissions to publish event notification
/// messages to a destination").
/// </summary>
internal sealed class NotificationTargets(IEnumerable<IEventDestination> destinations, LocalAwsOptions options, TimeProvider time)
{
    private readonly IEventDestination[] _destinations = [.. destinations];

    /// <summary>The kind of destination of an ARN that a configuration may have.</summary>
    public IEventDestination Find(string arn) =>
        _destinations.First(destination => arn.StartsWith(destination.ArnPrefix, StringComparison.Ordinal));

    /// <summary>Tests every destination.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidArgument</c>: one is missing or its policy does not allow it; the message names
    /// action and ARNs.</exception>
    public async Task ValidateAsync(
        string bucket,
        IReadOnlyList<NotificationConfiguration> configurations,
        string requestId,
        string hostId,
        CancellationToken cancellationToken)
    {
        var bucketArn = Bucket.ArnOf(bucket);
        var caller = new ServiceCall("s3.amazonaws.com", bucketArn, options.AccountId);
        foreach (var arn in configurations.Select(configuration => configuration.DestinationArn).Distinct(StringComparer.Ordinal))
        {
            var destination = Find(arn);
            try
            {
                var testEvent = EventMessage.CreateTest(bucket, requestId, hostId, time.GetUtcNow());
                await destination.TestAsync(caller, arn, testEvent, cancellationToken);
            }
            catch (AwsServiceException refused)
            {
                throw S3Errors.InvalidArgument(
                    $"Unable to validate the following destination configurations: {destination.Action} on {arn} for {bucketArn} was "
                    + $"refused: {refused.Code}: {refused.Message}");
            }
        }
    }
}
