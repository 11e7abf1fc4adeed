using ImageApp.LocalAws.Sqs;

namespace ImageApp.LocalAws.Sns;

/// <summary>A message to publish: a text, or where <paramref name="IsStructured"/> a JSON object with a text for each protocol.</summary>
internal sealed record PublishRequest(string TopicArn, string Message, string? Subject, bool IsStructured, IReadOnlyDictionary<string, MessageAttribute> Attributes);
