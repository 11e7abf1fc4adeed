using Microsoft.AspNetCore.Mvc;

namespace ImageApp.Web.Apis;

/// <summary>What became of an upload request: the images made, and a problem for each file that was not taken.</summary>
internal sealed record UploadResponse(IReadOnlyList<ImageResponse> Images, IReadOnlyList<ProblemDetails>? Problems);
