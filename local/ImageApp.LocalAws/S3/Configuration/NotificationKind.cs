namespace ImageApp.LocalAws.S3.Configuration;

/// <summary>A kind of destination of a bucket's events, as its API and CloudFormation call it.</summary>
/// <param name="Element">The element of a configuration in S3's XML.</param>
/// <param name="ArnElement">The element of its ARN.</param>
/// <param name="Property">The list of configurations in a template.</param>
/// <param name="ArnProperty">The property of the ARN in a template.</param>
/// <param name="ArnPrefix">How its ARNs begin.</param>
/// <param name="What">For messages.</param>
internal sealed record NotificationKind(
    string Element,
    string ArnElement,
    string Property,
    string ArnProperty,
    string ArnPrefix,
    string What)
{
    public static IReadOnlyList<NotificationKind> All { get; } =
    [
        new("TopicConfiguration", "Topic", "TopicConfigurations", "Topic", "arn:aws:sns:", "an SNS topic"),
        new("QueueConfiguration", "Queue", "QueueConfigurations", "Queue", "arn:aws:sqs:", "an SQS queue"),
        new("CloudFunctionConfiguration", "CloudFunction", "LambdaConfigurations", "Function", "arn:aws:lambda:", "a Lambda function"),
    ];

    public bool IsOf(string arn) => arn.StartsWith(ArnPrefix, StringComparison.Ordinal);
}
