namespace ImageApp.Core.Catalogue;

/// <summary>What is made of an original, each by its own function.</summary>
public enum PipelineStep
{
    /// <summary>The small JPEG of the gallery.</summary>
    Thumbnail,

    /// <summary>The text that describes the picture.</summary>
    Caption,
}
