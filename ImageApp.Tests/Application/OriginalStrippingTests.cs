using ImageApp.Core.Formats;
using ImageApp.Tests.Imaging;
using ImageApp.Web.Sharing.Stripping;
using NetVips;

namespace ImageApp.Tests.Application;

/// <summary>Real files without their metadata: the same pixels, the same way up.</summary>
public sealed class OriginalStrippingTests
{
    public static TheoryData<string> Files =>
    [
        "scans-b422.jpg", "scans-gray.jpg", "scans-multi.jpg", "scans-prog.jpg", "scans-rst.jpg", "model-with-parentheses.jpg",
        "ultra-hdr.jpg", "ultra-hdr-orientation6.jpg", "without-end-marker.jpg", "animated.png",
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Nothing_that_is_seen_changes(string file)
    {
        var content = Samples.Content(file);
        var stripped = Strip(content);
        var folder = Directory.CreateDirectory(Path.Combine(RepositoryRoot.Path, "artifacts", "stripped"));
        File.WriteAllBytes(Path.Combine(folder.FullName, file), stripped);
        using var before = Image.NewFromBuffer(content);
        using var after = Image.NewFromBuffer(stripped);
        Assert.Equal(
            before.Contains("orientation") ? before.Get("orientation") : 1, after.Contains("orientation") ? after.Get("orientation") : 1);
        using var difference = (before - after).Abs();
        Assert.Equal(0, difference.Max());
        Assert.DoesNotContain(after.GetFields(), field => field is "xmp-data" or "iptc-data");
        Assert.DoesNotContain(after.GetFields(), field => field.StartsWith("exif-", StringComparison.Ordinal)
            && (field.Contains("Make", StringComparison.Ordinal) || field.Contains("GPS", StringComparison.Ordinal)
                || field.Contains("Date", StringComparison.Ordinal)));
        Assert.Equal(stripped, Strip(stripped));
    }

    [Fact]
    public void Every_way_up_is_kept_and_nothing_else_of_exif()
    {
        for (var orientation = 1; orientation <= 8; orientation++)
        {
            var stripped = Strip(TestImages.Jpeg(40, 30, orientation));
            using var after = Image.NewFromBuffer(stripped);
            Assert.Equal(orientation, after.Contains("orientation") ? (int)after.Get("orientation") : 1);
            Assert.DoesNotContain("Acme", System.Text.Encoding.Latin1.GetString(stripped), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_is_cut_anywhere_is_stripped_or_refused_and_never_read_past_its_end()
    {
        foreach (var content in new[]
        {
            TestImages.Jpeg(40, 30, 6), TestImages.TransparentPng(20, 20), TestImages.WebP(20, 20), TestImages.AnimatedGif(20, 20, 2),
        })
        {
            var format = ImageFormat.TrySniff(content);
            var strip = OriginalStripping.Find(format)!;
            for (var length = 0; length < content.Length; length++)
            {
                using var target = new MemoryStream();
                try
                {
                    strip(new MemoryStream(content, 0, length), target);
                    Assert.Equal(ImageFormat.Jpeg, format);
                }
                catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
                {
                    // Refused: the largest rendition is given instead.
                }
            }
        }
    }

    private static byte[] Strip(byte[] content)
    {
        using var target = new MemoryStream();
        OriginalStripping.Find(ImageFormat.TrySniff(content))!(new MemoryStream(content), target);
        return target.ToArray();
    }
}
