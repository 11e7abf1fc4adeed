using System.Text.Json.Serialization;

namespace ImageApp.SchemaFunction;

[JsonSerializable(typeof(SchemaRequest))]
[JsonSerializable(typeof(SchemaResponse))]
internal sealed partial class SchemaJson : JsonSerializerContext;
