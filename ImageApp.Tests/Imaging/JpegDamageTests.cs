using ImageApp.Core;
using ImageApp.Core.Formats;
using ImageApp.Imaging;
using NetVips;

namespace ImageApp.Tests.Imaging;

public sealed class JpegDamageTests
{
    private static readonly byte[] End = [0xFF, 0xD9];

    public static TheoryData<string> Scans =>
    [
        "scans-b422.jpg", "scans-gray.jpg", "scans-rst.jpg", "scans-prog.jpg", "scans-multi.jpg", "ultra-hdr.jpg",
        "model-with-parentheses.jpg",
    ];

    [Fact]
    public void A_jpeg_without_its_end_marker_is_not_damaged() => Assert.False(IsDamaged(Samples.Content("without-end-marker.jpg")));

    [Theory]
    [MemberData(nameof(Scans))]
    public void The_end_marker_may_be_missing_and_there_may_be_bytes_before_or_behind_it(string name)
    {
        var whole = Whole(name);
        byte[] junk = [.. Enumerable.Range(0, 80).Select(i => (byte)(i * 37 % 251))];
        Assert.False(IsDamaged(whole));
        Assert.False(IsDamaged(whole[..^2]));
        Assert.False(IsDamaged(whole[..^1]));
        Assert.False(IsDamaged([.. whole, .. junk]));
        Assert.False(IsDamaged([.. whole[..^2], .. junk, .. End]));
    }

    [Theory]
    [MemberData(nameof(Scans))]
    public void A_jpeg_that_is_cut_is_damaged_wherever_it_was_cut_and_its_part_is_shown(string name)
    {
        var whole = Whole(name);
        foreach (var cut in new[] { 12, 40, whole.Length / 4, whole.Length / 2 })
        {
            Assert.True(IsDamaged(whole[..^cut]), $"{name} without its last {cut} bytes");
        }

        Assert.True(IsDamaged([.. whole[..(whole.Length / 2)], .. End]), $"{name} cut in half and closed");
    }

    [Fact]
    public void Every_scan_is_followed_to_its_last_bit()
    {
        var cases =
            from interlaced in new[] { false, true }
            from subsample in new[] { Enums.ForeignSubsample.On, Enums.ForeignSubsample.Off }
            from size in new[] { (1, 1), (7, 9), (64, 64), (333, 251) }
            select (interlaced, subsample, size.Item1, size.Item2);
        foreach (var (interlaced, subsample, width, height) in cases)
        {
            using var picture = Samples.Noise(width, height, bands: 3);
            var restarts = width > 300 ? 3 : 0;
            var content = picture.JpegsaveBuffer(q: 80, interlace: interlaced, subsampleMode: subsample, restartInterval: restarts);
            Assert.True(JpegScans.AreComplete(content), $"{width} x {height}, interlaced {interlaced}, {subsample}");
            Assert.True(JpegScans.AreComplete(content.AsSpan(0, content.Length - 2)));
            Assert.False(JpegScans.AreComplete(content.AsSpan(0, content.Length - 6)));
        }
    }

    [Fact]
    public void Broken_content_never_breaks_the_reader_of_scans()
    {
        var random = new Random(20241117);
        foreach (var name in new[] { "scans-b422.jpg", "scans-prog.jpg", "scans-multi.jpg", "scans-rst.jpg" })
        {
            var whole = Samples.Content(name);
            for (var round = 0; round < 300; round++)
            {
                var broken = whole.ToArray();
                for (var change = 0; change < 1 + (round % 8); change++)
                {
                    broken[random.Next(broken.Length)] = (byte)random.Next(256);
                }

                _ = JpegScans.AreComplete(broken.AsSpan(0, random.Next(broken.Length)));
                _ = JpegScans.AreComplete(broken);
                using var stream = new MemoryStream(broken);
                _ = JpegFrame.Read(stream)?.CoefficientBytes;
            }
        }
    }

    [Theory]
    [InlineData(0xC3, 8, "lossless")]
    [InlineData(0xC9, 8, "arithmetic")]
    [InlineData(0xC1, 12, "12 bits")]
    [InlineData(0xC5, 8, "hierarchical")]
    public void Rare_codings_are_refused_by_name(byte process, byte precision, string name)
    {
        var content = Samples.Content("scans-b422.jpg");
        var frame = content.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);
        (content[frame + 1], content[frame + 4]) = (process, precision);
        var e = Assert.Throws<ImageFailureException>(() => Samples.Render(content));
        Assert.Contains(name, e.Message);
        Assert.Contains("export it as", e.Message);
        Assert.DoesNotContain("damaged", e.Message);
    }

    [Fact]
    public void An_arithmetic_coded_jpeg_is_refused_by_name() =>
        Assert.Contains("arithmetic", Assert.Throws<ImageFailureException>(() => Samples.Render(Samples.Path("arithmetic.jpg"))).Message);

    // Up to the end marker of the picture itself: what stands behind it is another matter.
    private static byte[] Whole(string name)
    {
        var content = Samples.Content(name);
        if (name == "ultra-hdr.jpg")
        {
            var scan = content.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
            content = content[..(scan + content.AsSpan(scan).IndexOf(End) + 2)];
        }

        Assert.Equal(End, content[^2..]);
        return content;
    }

    private static bool IsDamaged(byte[] content)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, content);
            var header = ImageHeader.Read(path, ImageFormat.Jpeg, new ImageLimits());
            var damaged = Renderer.Thumbnails(path, ImageFormat.Jpeg, header).Last().Thumbnail.Damaged;
            Assert.Equal(damaged, Renderer.Jpeg(path, ImageFormat.Jpeg, 1536, 85).Damaged);
            return damaged;
        }
        finally
        {
            File.Delete(path);
        }
    }
}
