using System.Text.Json.Serialization;
using ImageApp.LocalAws.Storage;

namespace ImageApp.LocalAws.Sns;

[JsonSerializable(typeof(Topic))]
[JsonSerializable(typeof(Subscription))]
[JsonSerializable(typeof(JournalEntry<PendingDelivery>))]
[JsonSerializable(typeof(JournalEntry<Publication>))]
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class SnsJsonContext : JsonSerializerContext;
