using ImageApp.Core.Catalogue;
using ImageApp.Web.Problems;

namespace ImageApp.Web.Uploads;

/// <summary>What became of one received file: exactly one of the two is set.</summary>
internal readonly record struct UploadOutcome(ImageRecord? Image, ApiProblem? Problem);
