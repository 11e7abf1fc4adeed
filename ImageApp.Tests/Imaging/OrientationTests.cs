using System.Text.Json;
using ImageApp.Tests.Browser;
using Microsoft.Playwright;
using NetVips;

namespace ImageApp.Tests.Imaging;

/// <summary>Thumbnail, preview and the row's size agree with what a real browser shows of the original.</summary>
public sealed class OrientationTests(Chromium chromium)
{
    [Theory]
    [InlineData("jpeg")]
    [InlineData("png")]
    [InlineData("webp")]
    public async Task Every_exif_orientation_is_shown_as_the_browser_shows_it(string format)
    {
        var page = await OpenAsync();
        var seen = new HashSet<string>();
        for (var orientation = 1; orientation <= 8; orientation++)
        {
            using var picture = Samples.Quadrants(480, 240);
            using var tagged = picture.Mutate(mutable =>
            {
                mutable.Set(GValue.GIntType, "orientation", orientation);
                mutable.Set(GValue.GStrType, "exif-ifd0-Model", "One");
            });
            var content = format switch
            {
                "jpeg" => tagged.JpegsaveBuffer(q: 95),
                "png" => tagged.PngsaveBuffer(),
                _ => tagged.WebpsaveBuffer(lossless: true),
            };
            seen.Add(await AssertAgreesAsync(page, $"{format}, orientation {orientation}", $"image/{format}", content));
        }

        // Chromium turns no WebP.
        Assert.Equal(format == "webp" ? 1 : 8, seen.Count);
    }

    [Fact]
    public async Task Rotation_and_mirroring_of_an_avif_alone_together_and_beside_exif_are_shown_as_the_browser_shows_them()
    {
        var page = await OpenAsync();
        var files = Directory.EnumerateFiles(Samples.Path(""), "irot*.avif").Order(StringComparer.Ordinal).ToList();
        Assert.Equal(15, files.Count);
        var seen = new HashSet<string>();
        foreach (var file in files)
        {
            var content = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            seen.Add(await AssertAgreesAsync(page, Path.GetFileName(file), "image/avif", content));
        }

        Assert.Equal(8, seen.Count);
    }

    [Theory]
    [InlineData("ultra-hdr-orientation6.jpg", "image/jpeg")]
    [InlineData("ultra-hdr.jpg", "image/jpeg")]
    [InlineData("sequence.avif", "image/avif")]
    [InlineData("animated.png", "image/png")]
    [InlineData("without-end-marker.jpg", "image/jpeg")]
    public async Task The_size_of_special_files_is_what_the_browser_says(string name, string contentType)
    {
        var content = Samples.Content(name);
        var shown = await ShowAsync(await OpenAsync(), contentType, content);
        var (header, made) = Samples.Render(content);
        Assert.Equal((shown.Width, shown.Height), (header.Width, header.Height));
        Assert.Equal((double)shown.Width / shown.Height, (double)made.Thumbnail.Width / made.Thumbnail.Height, 0.02);
    }

    private static async Task<string> AssertAgreesAsync(IPage page, string name, string contentType, byte[] content)
    {
        var shown = await ShowAsync(page, contentType, content);
        var (header, made) = Samples.Render(content);
        var ours = $"{header.Width}x{header.Height} {Samples.Corners(made.Thumbnail.Content)} {Samples.Corners(made.Preview!.Content)}";
        Assert.Equal($"{name}: {shown.Width}x{shown.Height} {shown.Corners} {shown.Corners}", $"{name}: {ours}");
        Assert.Equal((double)header.Width / header.Height, (double)made.Thumbnail.Width / made.Thumbnail.Height);
        Assert.Equal((double)header.Width / header.Height, (double)made.Preview.Width / made.Preview.Height);
        return shown.Corners;
    }

    private async Task<IPage> OpenAsync() => await (await chromium.OpenAsync()).NewPageAsync();

    private static async Task<(int Width, int Height, string Corners)> ShowAsync(IPage page, string contentType, byte[] content)
    {
        const string script = """
            async source => {
                const image = new Image();
                image.src = source;
                await image.decode();
                document.body.append(image);
                const canvas = document.createElement('canvas');
                [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
                const context = canvas.getContext('2d');
                context.drawImage(image, 0, 0);
                const [right, bottom] = [canvas.width - 6, canvas.height - 6];
                const corners = [[5, 5], [right, 5], [5, bottom], [right, bottom]]
                    .map(at => Array.from(context.getImageData(...at, 1, 1).data));
                return { width: image.naturalWidth, height: image.naturalHeight, corners };
            }
            """;
        var shown = await page.EvaluateAsync<JsonElement>(script, $"data:{contentType};base64,{Convert.ToBase64String(content)}");
        var corners = shown.GetProperty("corners").EnumerateArray()
            .Select(corner => Samples.Letter([.. corner.EnumerateArray().Select(channel => channel.GetDouble())]));
        return (shown.GetProperty("width").GetInt32(), shown.GetProperty("height").GetInt32(), string.Concat(corners));
    }
}
