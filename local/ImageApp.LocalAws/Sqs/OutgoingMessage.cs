using System.Security.Cryptography;
using System.Text;

namespace ImageApp.LocalAws.Sqs;

/// <summary>A message that somebody sends.</summary>
internal sealed record OutgoingMessage
{
    /// <summary>What a FIFO queue says to a message without deduplication id.</summary>
    public const string NeedsDeduplicationId =
        "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly";

    private const int MaximumIdLength = 128;

    public required string Body { get; init; }

    public required IReadOnlyDictionary<string, MessageAttribute> Attributes { get; init; }

    /// <summary>The X-Ray trace header that came with it.</summary>
    public string? TraceHeader { get; init; }

    /// <summary>Account id of an owner, or the service principal that sends it.</summary>
    public required string SenderId { get; init; }

    /// <summary>Null for the queue's own delay.</summary>
    public int? DelaySeconds { get; init; }

    /// <summary>What it is kept in order with.</summary>
    public string? GroupId { get; init; }

    /// <summary>What tells its repetitions from other messages.</summary>
    public string? DeduplicationId { get; init; }

    /// <summary>
    /// Checks the ids against the queue's type, and makes the deduplication id of the body where the queue wants that (SQS API Reference,
    /// <c>SendMessage</c>).
    /// </summary>
    /// <exception cref="AwsServiceException"><c>MissingParameter</c> or <c>InvalidParameterValue</c>, in the words of SQS.</exception>
    public OutgoingMessage For(Queue queue)
    {
        ValidateId("MessageGroupId", GroupId);
        ValidateId("MessageDeduplicationId", DeduplicationId);
        if (!queue.IsFifo)
        {
            return DeduplicationId is null
                ? this
                : throw Invalid(
                    "MessageDeduplicationId",
                    DeduplicationId,
                    "The request includes a parameter that is not valid for this queue type.");
        }

        if (GroupId is null)
        {
            throw new AwsServiceException("MissingParameter", "The request must contain the parameter MessageGroupId.");
        }

        if (DelaySeconds is > 0)
        {
            throw Invalid("DelaySeconds", $"{DelaySeconds}", "The request include parameter that is not valid for this queue type.");
        }

        return this with { DelaySeconds = null, DeduplicationId = DeduplicationId ?? OfContent(queue) };
    }

    /// <summary>An id that content makes: the SHA-256 of the body without the attributes.</summary>
    public static string DigestOf(string body) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)));

    /// <summary>Checks a group's, a deduplication's or a receive attempt's id; null is none.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidParameterValue</c>.</exception>
    public static void ValidateId(string parameter, string? id)
    {
        if (id is not null && !IsId(id))
        {
            throw Invalid(
                parameter,
                id,
                $"{parameter} can only include alphanumeric and punctuation characters. 1 to {MaximumIdLength} in length.");
        }
    }

    /// <summary>Whether this is an id as SQS and SNS allow it: 1 to 128 visible ASCII characters.</summary>
    public static bool IsId(string id) => id.Length is > 0 and <= MaximumIdLength && id.All(character => character is > ' ' and <= '~');

    private string OfContent(Queue queue) => queue.HasContentBasedDeduplication
        ? DigestOf(Body)
        : throw new AwsServiceException("InvalidParameterValue", NeedsDeduplicationId);

    private static AwsServiceException Invalid(string parameter, string value, string reason) =>
        new("InvalidParameterValue", $"Value {value} for parameter {parameter} is invalid. Reason: {reason}");
}
