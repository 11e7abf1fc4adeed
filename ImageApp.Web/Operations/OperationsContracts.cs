using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageApp.Web.Operations;

/// <summary>The queues as the API shows them.</summary>
internal sealed record QueueListResponse(IReadOnlyList<QueueResponse> Queues);

/// <summary>A queue as the API shows it; <paramref name="Problem"/> says why it could not be read.</summary>
internal sealed record QueueResponse(
    string Name, int Depth, DateTimeOffset? Oldest, string? Problem, IReadOnlyList<DeadLetterResponse> Messages)
{
    public static QueueResponse From(QueueContents contents) => new(
        contents.Queue.Name, contents.Depth, contents.Oldest, contents.Problem, [.. contents.Letters.Select(DeadLetterResponse.From)]);
}

/// <summary>A message as the API shows it; <paramref name="Text"/> is its beginning where it is no event of this application.</summary>
internal sealed record DeadLetterResponse(
    string Id, DateTimeOffset? SentAt, IReadOnlyList<DeadLetterObject> Objects, string Reason, int? Attempts, string? Text)
{
    public static DeadLetterResponse From(DeadLetter letter) =>
        new(letter.Id, letter.SentAt, letter.Objects, letter.Reason, letter.Attempts, letter.Text);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(QueueListResponse))]
[JsonSerializable(typeof(RedriveResult))]
internal sealed partial class OperationsJson : JsonSerializerContext;
