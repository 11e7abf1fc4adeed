using ImageApp.Web.Hosting;

namespace ImageApp.Web.Export;

/// <summary>What became of an import: exactly one of the two is set.</summary>
internal readonly record struct ImportOutcome(ImportResponse? Response, ApiProblem? Problem);
