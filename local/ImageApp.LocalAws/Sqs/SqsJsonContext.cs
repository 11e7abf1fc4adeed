using System.Text.Json.Serialization;
using ImageApp.LocalAws.Storage;

namespace ImageApp.LocalAws.Sqs;

[JsonSerializable(typeof(QueueState))]
[JsonSerializable(typeof(JournalEntry<QueuedMessage>))]
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class SqsJsonContext : JsonSerializerContext;
