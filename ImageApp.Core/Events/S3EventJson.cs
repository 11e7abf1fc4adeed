using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageApp.Core.Events;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(S3EventDocument))]
internal sealed partial class S3EventJson : JsonSerializerContext;
