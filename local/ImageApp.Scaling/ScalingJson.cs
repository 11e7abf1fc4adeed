using System.Text.Json.Serialization;

namespace ImageApp.Scaling;

/// <summary>How a group's status is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GroupStatus))]
[JsonSerializable(typeof(IReadOnlyList<InstanceStatus>))]
public sealed partial class ScalingJson : JsonSerializerContext;
