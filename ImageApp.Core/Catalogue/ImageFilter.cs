namespace ImageApp.Core.Catalogue;

/// <summary>Images by what became of them.</summary>
public enum ImageFilter
{
    /// <summary>Every image.</summary>
    All,

    /// <summary>Images without a caption, for whatever reason.</summary>
    NoCaption,

    /// <summary>Images whose thumbnail or caption failed for good.</summary>
    Failed,
}
