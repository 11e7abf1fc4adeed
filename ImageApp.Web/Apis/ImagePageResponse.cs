namespace ImageApp.Web.Apis;

/// <summary>One page of images, newest first; <paramref name="NextCursor"/> is null on the last.</summary>
internal sealed record ImagePageResponse(IReadOnlyList<ImageResponse> Images, string? NextCursor);
