using ImageApp.Core.Catalogue;

namespace ImageApp.Web.Pictures;

/// <summary>What became of the wish to have an image's thumbnail and caption made again.</summary>
/// <param name="Image">The row as it is now; null where everything is as it was.</param>
/// <param name="Wait">
/// How long to wait, where somebody asked for it a moment ago; null besides: then the bucket does not hold the original.
/// </param>
internal readonly record struct RestartOutcome(ImageRecord? Image, TimeSpan? Wait);
