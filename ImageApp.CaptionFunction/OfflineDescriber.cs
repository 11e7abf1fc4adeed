using System.Globalization;
using System.Text;
using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.FunctionDefaults;
using ImageApp.Imaging;

namespace ImageApp.CaptionFunction;

/// <summary>
/// Says what can be seen without a model: shape, size, dominant colours, and what the camera wrote down. Marked as <c>offline</c>, so that
/// it can be replaced once there is a key.
/// </summary>
internal sealed class OfflineDescriber(ImageLimits limits) : ICaptioner
{
    /// <summary>What is recorded as the model.</summary>
    public const string Model = CaptioningState.OfflineModel;

    private const int SampleSide = 48;

    /// <inheritdoc/>
    public async Task<CaptionResult> DescribeAsync(SourceImage image, CancellationToken cancellationToken)
    {
        var (header, pixels) = await DecodeBudget.SpendAsync(
            image.Format, limits, budget => Decode(image, budget), cancellationToken);
        return new CaptionResult(Describe(header, ColourNames.Dominant(pixels)), Model, Language: "en");
    }

    internal static string Describe(ImageHeader header, IReadOnlyList<string> colours)
    {
        var ratio = (double)header.Width / header.Height;
        var shape = ratio switch
        {
            > 2.2 => "wide panorama",
            > 1.05 => "landscape-format picture",
            >= 0.95 => "square picture",
            >= 0.45 => "portrait-format picture",
            _ => "tall, narrow picture",
        };
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"A {shape} of {header.Width} by {header.Height} pixels");
        text.Append(colours.Count switch
        {
            0 => ".",
            1 => $", almost entirely {colours[0]}.",
            _ => $" in {string.Join(", ", colours.SkipLast(1))} and {colours[^1]}.",
        });

        var metadata = header.Metadata;
        if (metadata.Camera is not null || metadata.TakenAt is not null || metadata.Place is not null)
        {
            text.Append(" Taken");
            if (metadata.TakenAt is { } at)
            {
                text.Append(CultureInfo.InvariantCulture, $" on {at:d MMMM yyyy}");
            }

            if (metadata.Place is { } place)
            {
                text.Append(CultureInfo.InvariantCulture, $" at {place}");
            }

            if (metadata.Camera is { } camera)
            {
                text.Append(CultureInfo.InvariantCulture, $" with {("AEIOUaeiou".Contains(camera[0]) ? "an" : "a")} {camera}");
            }

            text.Append('.');
        }

        return text.ToString();
    }

    private (ImageHeader Header, byte[] Pixels) Decode(SourceImage image, DecodeBudget budget)
    {
        var header = ImageHeader.Read(image.Path, image.Format, limits);
        budget.Admit(header);
        return (header, Renderer.Sample(image.Path, image.Format, SampleSide));
    }
}
