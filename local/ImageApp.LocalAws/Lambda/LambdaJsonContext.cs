using System.Text.Json.Serialization;
using ImageApp.LocalAws.Storage;

namespace ImageApp.LocalAws.Lambda;

[JsonSerializable(typeof(FunctionSettings))]
[JsonSerializable(typeof(JournalEntry<AsynchronousInvocation>))]
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class LambdaJsonContext : JsonSerializerContext;
