using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>How stacks and change sets are written to disk.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.General, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Stack))]
[JsonSerializable(typeof(ChangeSet))]
internal sealed partial class CloudFormationJsonContext : JsonSerializerContext;
