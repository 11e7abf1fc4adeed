using ImageApp.Core;

namespace ImageApp.Web.Operations;

/// <summary>Where events wait that nothing could handle: outputs of the events stack. Configuration section <c>AWS:Resources</c>.</summary>
internal sealed record DeadLetterOptions
{
    /// <summary>The configuration section's name.</summary>
    public const string Section = "AWS:Resources";

    /// <summary>The URL of the caption function's queue; empty where there is none.</summary>
    public string CaptionDeadLetterQueueUrl { get; set; } = "";

    /// <summary>The URL of the thumbnail function's queue; empty where there is none.</summary>
    public string ThumbnailDeadLetterQueueUrl { get; set; } = "";

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">A URL is none; the message names it.</exception>
    public DeadLetterOptions Validated()
    {
        Require(nameof(CaptionDeadLetterQueueUrl), CaptionDeadLetterQueueUrl);
        Require(nameof(ThumbnailDeadLetterQueueUrl), ThumbnailDeadLetterQueueUrl);
        return this;
    }

    /// <summary>The queues there are.</summary>
    public IReadOnlyList<DeadLetterQueue> Queues =>
    [
        .. new[]
        {
            new DeadLetterQueue("captions", "Captions", CaptionDeadLetterQueueUrl),
            new DeadLetterQueue("thumbnails", "Thumbnails", ThumbnailDeadLetterQueueUrl),
        }.Where(queue => queue.Url.Length > 0),
    ];

    private static void Require(string name, string url) => OptionsCheck.Require(
        url.Length == 0 || (Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"),
        Section, name, url, "the URL of a queue, an output of the events stack, or nothing");
}
