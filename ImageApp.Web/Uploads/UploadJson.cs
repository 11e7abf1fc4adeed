using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageApp.Web.Uploads;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ProbeResponse))]
internal sealed partial class UploadJson : JsonSerializerContext;
