using ImageApp.Core.Catalogue;
using ImageApp.Web.Hosting;
using ImageApp.Web.Pictures;
using Microsoft.AspNetCore.Mvc;

namespace ImageApp.Web.Uploads;

/// <summary>What became of an upload request: the images made, and a problem for each file that was not taken.</summary>
internal sealed record UploadResponse(IReadOnlyList<ImageResponse> Images, IReadOnlyList<ProblemDetails>? Problems);

/// <summary>A file that a browser wants to put straight into the bucket.</summary>
/// <param name="FileName">Its name.</param>
/// <param name="ContentType">Its media type, as the browser believes; decides only where <paramref name="Start"/> is missing.</param>
/// <param name="SizeBytes">Its size in bytes.</param>
/// <param name="Start">Its first 4,096 bytes, or all where there are fewer: they tell the format.</param>
/// <param name="Sha256">SHA-256 of its content, to hear of a picture with the same; null where that is not wanted.</param>
/// <param name="Again">Whether it is taken even where there is a picture with the same content.</param>
internal sealed record PresignRequest(
    string? FileName, string? ContentType, long SizeBytes, byte[]? Start = null, byte[]? Sha256 = null, bool Again = false);

/// <summary>
/// A request that the bucket refuses, whoever sends it: that a browser sends it tells that the bucket's rules allow requests from the
/// page's address.
/// </summary>
internal sealed record ProbeResponse(string Url, string Method, IReadOnlyDictionary<string, string> Headers);

/// <summary>Where and how to put the file: exactly these headers, before the time is over.</summary>
internal sealed record PresignResponse(
    long Id, string Key, string Url, string Method, IReadOnlyDictionary<string, string> Headers, DateTimeOffset ExpiresAt);

/// <summary>What became of one received file: exactly one of the two is set.</summary>
internal readonly record struct UploadOutcome(ImageRecord? Image, ApiProblem? Problem);

/// <summary>What became of the wish for a presigned PUT: exactly one of the two is set.</summary>
internal readonly record struct PresignOutcome(PresignResponse? Upload, ApiProblem? Problem);
