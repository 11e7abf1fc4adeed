using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageApp.Web.Sharing;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ShareRequest))]
[JsonSerializable(typeof(ShareMadeResponse))]
[JsonSerializable(typeof(ShareListResponse))]
internal sealed partial class ShareJson : JsonSerializerContext;
