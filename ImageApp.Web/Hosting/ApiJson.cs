using System.Text.Json;
using System.Text.Json.Serialization;
using ImageApp.Web.Captioning;
using ImageApp.Web.Live;
using ImageApp.Web.Pictures;
using ImageApp.Web.Uploads;
using Microsoft.AspNetCore.Mvc;

namespace ImageApp.Web.Hosting;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ImageResponse))]
[JsonSerializable(typeof(ImagePageResponse))]
[JsonSerializable(typeof(DeletedImage))]
[JsonSerializable(typeof(UploadResponse))]
[JsonSerializable(typeof(CaptionRequest))]
[JsonSerializable(typeof(CaptioningResponse))]
[JsonSerializable(typeof(PresignRequest))]
[JsonSerializable(typeof(PresignResponse))]
[JsonSerializable(typeof(ProblemDetails))]
internal sealed partial class ApiJson : JsonSerializerContext;
