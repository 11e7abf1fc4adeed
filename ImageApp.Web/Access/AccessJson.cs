using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageApp.Web.Access;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(TokenRequest))]
[JsonSerializable(typeof(TokenMadeResponse))]
[JsonSerializable(typeof(TokenListResponse))]
internal sealed partial class AccessJson : JsonSerializerContext;
