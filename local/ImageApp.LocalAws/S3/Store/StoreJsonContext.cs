using System.Text.Json.Serialization;

namespace ImageApp.LocalAws.S3.Store;

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(StoreChange))]
internal sealed partial class StoreJsonContext : JsonSerializerContext;
