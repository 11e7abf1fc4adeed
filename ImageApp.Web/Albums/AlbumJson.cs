using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageApp.Web.Albums;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(AlbumResponse))]
[JsonSerializable(typeof(AlbumListResponse))]
[JsonSerializable(typeof(AlbumRequest))]
[JsonSerializable(typeof(AlbumImagesRequest))]
[JsonSerializable(typeof(AlbumImagesResponse))]
internal sealed partial class AlbumJson : JsonSerializerContext;
