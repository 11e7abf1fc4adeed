using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using ImageApp.Core;
using ImageApp.Core.Formats;
using ImageApp.Imaging;
using NetVips;

namespace ImageApp.Tests.Imaging;

/// <summary>What decoding takes, measured in a process of its own.</summary>
public sealed class DecodeMemoryTests : IDisposable
{
    // A function has 512 MB; its clients for storage, database and telemetry take some 50 beside what the measuring process has too.
    private const long FunctionMemory = (512 - 50) * 1024L * 1024;

    // Rows on their way, the library of a HEIC's decoder, the picture of 2,560 pixels, and the encoder's copy of it.
    private const long Pipeline = 96L * 1024 * 1024;

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData(8064, 6048, false, Enums.ForeignSubsample.On)]
    [InlineData(8064, 6048, true, Enums.ForeignSubsample.On)]
    [InlineData(8064, 6048, true, Enums.ForeignSubsample.Off)]
    [InlineData(9504, 6336, false, Enums.ForeignSubsample.Off)]
    [InlineData(9504, 6336, true, Enums.ForeignSubsample.On)]
    [InlineData(9504, 6336, true, Enums.ForeignSubsample.Off)]
    public async Task Jpegs_of_cameras_with_48_and_61_megapixels_fit_into_the_functions_memory(
        int width, int height, bool progressive, Enums.ForeignSubsample subsample)
    {
        using (var picture = Samples.Quadrants(width, height))
        {
            picture.Jpegsave(_file, q: 85, interlace: progressive, subsampleMode: subsample);
        }

        await AssertFitsAsync(_file, width, height);
    }

    [Theory]
    [InlineData("61-megapixels-progressive-422.jpg.gz", 9504, 6336)]
    [InlineData("48-megapixels.heic.gz", 8064, 6048)]
    public async Task So_do_those_that_only_other_programs_write(string name, int width, int height)
    {
        var file = Samples.Unpacked(name);
        try
        {
            await AssertFitsAsync(file, width, height);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("png", 1)]
    [InlineData("png16", 1)]
    [InlineData("avif", 0.6)]
    [InlineData("avif-alpha", 0.6)]
    [InlineData("avif-10", 0.6)]
    [InlineData("webp", 0)]
    [InlineData("webp-animated", 0)]
    [InlineData("gif", 0.7)]
    public async Task No_format_takes_more_than_its_header_says(string kind, double least)
    {
        using (var picture = Samples.Quadrants(4000, 3000))
        {
            Save(picture, kind);
        }

        var measured = await MeasureAsync(_file);
        var taken = measured.Peak - measured.Before;
        var numbers = $"{kind}: {taken / 1e6:0} MB were taken, {measured.Expected / 1e6:0} MB reckoned";
        Assert.True(taken <= measured.Expected + Pipeline, numbers);

        // And what is reckoned is not made up: a reckoning far too high would refuse what fits.
        Assert.True(taken >= measured.Expected * least, numbers);
    }

    [Fact]
    public void Chroma_that_is_stored_smaller_counts_as_what_it_is()
    {
        using var subsampled = new MemoryStream(Progressive(8192, 5464, 0x22));
        using var full = new MemoryStream(Progressive(8192, 5464, 0x11));
        Assert.Equal(8192L * 5464 * 3 / 2 * 2, JpegFrame.Read(subsampled)!.CoefficientBytes, 8192L * 2 * 48);
        Assert.Equal(8192L * 5464 * 3 * 2, JpegFrame.Read(full)!.CoefficientBytes, 8192L * 2 * 48);
    }

    [Theory]
    [InlineData(10_000, 9_999, 1)]
    [InlineData(10_001, 10_000, 0)]
    [InlineData(6_001, 6_000, -1)]
    public void A_refusal_names_two_numbers_of_which_the_needed_one_is_the_larger(int width, int height, long difference)
    {
        File.WriteAllBytes(_file, Progressive(width, height, 0x11));
        var needed = JpegFrame.Read(new MemoryStream(File.ReadAllBytes(_file)))!.CoefficientBytes;
        var mostPixels = difference == 1 ? 200_000_000 : difference == 0 ? 100_000_000 : 36_005_000;
        var limits = new ImageLimits { MaxPixels = mostPixels, MaxDecodeBytes = needed - 1 };
        var message = Assert.Throws<ImageFailureException>(() => ImageHeader.Read(_file, ImageFormat.Jpeg, limits)).Message;
        var numbers = Regex.Matches(message, @"(?:take|=|most) ([0-9.]+)")
            .Select(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(2, numbers.Count);
        Assert.True(numbers[0] > numbers[1], message);
    }

    // A frame's header without its content: enough to be judged by.
    private static byte[] Progressive(int width, int height, byte lumaSampling) =>
    [
        0xFF, 0xD8, 0xFF, 0xC2, 0, 17, 8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width,
        3, 1, lumaSampling, 0, 2, 0x11, 0, 3, 0x11, 0,
        0xFF, 0xDA, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 0, 0, 0xFF, 0xD9,
    ];

    private void Save(Image picture, string kind)
    {
        switch (kind)
        {
            case "png":
                picture.Pngsave(_file, interlace: true, compression: 1);
                break;
            case "png16":
                using (var deep = picture.Colourspace(Enums.Interpretation.Rgb16))
                {
                    deep.Pngsave(_file, interlace: true, compression: 1, bitdepth: 16);
                }

                break;
            case "avif" or "avif-10":
                picture.Heifsave(_file, compression: Enums.ForeignHeifCompression.Av1, effort: 0, bitdepth: kind == "avif" ? 8 : 10);
                break;
            case "avif-alpha":
                using (var alpha = picture.Bandjoin(picture[0]))
                {
                    alpha.Heifsave(_file, compression: Enums.ForeignHeifCompression.Av1, effort: 0);
                }

                break;
            case "webp":
                picture.Webpsave(_file, lossless: true, effort: 0);
                break;
            case "webp-animated":
                using (var both = picture.Join(picture.Invert(), Enums.Direction.Vertical))
                using (var strip = both.Mutate(mutable => mutable.Set(GValue.GIntType, "page-height", picture.Height)))
                {
                    strip.Webpsave(_file, effort: 0);
                }

                break;
            default:
                picture.Gifsave(_file, effort: 1);
                break;
        }
    }

    private static async Task AssertFitsAsync(string file, int width, int height)
    {
        var measured = await MeasureAsync(file);
        Assert.Equal($"{width}x{height}", measured.Size);
        Assert.False(measured.Damaged);
        Assert.True(measured.Peak <= FunctionMemory, $"The process had {measured.Peak / 1e6:0} MB.");
        var taken = measured.Peak - measured.Before;
        Assert.True(taken <= measured.Expected + Pipeline, $"{taken / 1e6:0} MB were taken, {measured.Expected / 1e6:0} MB reckoned");
    }

    private static async Task<(long Expected, long Before, long Peak, string Size, bool Damaged)> MeasureAsync(string file)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "ImageApp.RenderMemory.dll");
        var start = new ProcessStartInfo("dotnet", [program, file]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var line = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await errors);
        var parts = line.Trim().Split(' ');
        return (Number(parts[0]), Number(parts[1]), Number(parts[2]), parts[3], bool.Parse(parts[5]));

        static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
    }
}
