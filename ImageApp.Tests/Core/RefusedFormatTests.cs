using System.Text;
using ImageApp.Core.Formats;
using ImageApp.Tests.Imaging;

namespace ImageApp.Tests.Core;

public sealed class RefusedFormatTests
{
    [Theory]
    [InlineData("II*\0\u0010\0\0\0CR\u0002\0", "CR2")]
    [InlineData("\0\0\0\u0018ftypcrx \0\0\0\u0001crx isom", "CR3")]
    [InlineData("II\u001A\0\0\0HEAPCCDR", "CRW")]
    [InlineData("FUJIFILMCCD-RAW 0201", "RAF")]
    [InlineData("IIRO\u0008\0\0\0", "ORF")]
    [InlineData("IIU\0\u0018\0\0\0", "RW2")]
    [InlineData("MM\0*\0\0\0\u0008\0\u0001\u00C6\u0012\0\u0001\0\0\0\u0004\u0001\u0004\0\0", "DNG")]
    [InlineData("MM\0*\0\0\0\u0008\0\0\0\0\0\0NIKON CORPORATION\0", "NEF")]
    [InlineData("II*\0\u0008\0\0\0\0\0\0\0\0\0SONY\0", "ARW")]
    [InlineData("II*\0\u0008\0\0\0\0\0", "TIFF")]
    [InlineData("MM\0*\0\0\0\u0008\0\0", "TIFF")]
    [InlineData("BM\u0036\0\0\0\0\0\0\0\u0036\0\0\0", "BMP")]
    [InlineData("8BPS\0\u0001", "PSD")]
    [InlineData("%PDF-1.7\n", "PDF")]
    [InlineData("\0\0\u0001\0\u0001\0\u0010\u0010", "ICO")]
    [InlineData("\u00FF\u000A\u00FA\u001F", "JPEG XL")]
    [InlineData("\0\0\0\u000CJXL \r\n\u0087\n\0\0\0\u0014ftypjxl ", "JPEG XL")]
    [InlineData("\0\0\0\u000CjP  \r\n\u0087\n", "JPEG 2000")]
    [InlineData("\u00FFO\u00FFQ\0", "JPEG 2000")]
    [InlineData("\0\0\0\u0020ftypisom\0\0\u0002\0isomiso2avc1mp41", "MP4")]
    [InlineData("\0\0\0\u0014ftypqt  \0\0\0\0qt  \0\0\0\u0008wide", "MOV")]
    [InlineData("\0\0\0\u0008wide\0\0\u0001\0mdat", "MOV")]
    [InlineData("\u001A\u0045\u00DF\u00A3\u0093", "MKV or WebM")]
    [InlineData("RIFF\0\0\0\0AVI LIST", "AVI")]
    [InlineData("\0\0\u0001\u00BA\u0044", "MPEG")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG")]
    [InlineData("\u00EF\u00BB\u00BF<?xml version='1.0'?>\n<!-- drawn by hand -->\n<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG")]
    [InlineData("<!DOCTYPE html>\n<html><head><title>403</title>", "web page")]
    [InlineData("\n\n  <html><body><svg/></body></html>", "web page")]
    [InlineData("<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "XML")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:1", "Git LFS")]
    [InlineData("Hello, world.\n", "text")]
    [InlineData("\u00FF\u00FEH\0i\0", "text")]
    [InlineData("PK\u0003\u0004\u0014\0", "zip")]
    [InlineData("\0\u0005\u0016\u0007\0\u0002\0\0Mac OS X", "begins with ._")]
    [InlineData("\u0089PNG\r\n\u001A\n\0\0\0\u0004CgBI\u0050\0\u0020\u0002", "CgBI")]
    [InlineData("", "empty")]
    public void Is_named_with_advice(string start, string name)
    {
        var bytes = Encoding.Latin1.GetBytes(start);
        Assert.Null(ImageFormat.TrySniff(bytes));
        var format = RefusedFormat.Identify(bytes);
        Assert.Contains(name, format?.Name);
        Assert.EndsWith(".", format!.Advice);
        Assert.Equal(format.Sentence, RefusedFormat.SentenceFor(bytes));
        Assert.StartsWith("The file is ", format.Sentence);
    }

    [Theory]
    [InlineData("\0\0\0\u0018ftypheic\0\0\0\0mif1heic")]
    [InlineData("\0\0\0\u0024ftypheic\0\0\0\0mif1MiPrmiafMiHBheictmap")]
    [InlineData("\0\0\0\u0018ftypheix\0\0\0\0mif1heix")]
    [InlineData("\0\0\0\u0018ftyphevc\0\0\0\0msf1hevc")]
    [InlineData("\0\0\0\u0018ftypmif1\0\0\0\0mif1heic")]
    [InlineData("\0\0\0\u0018ftypmsf1\0\0\0\0msf1hevc")]
    public void Heic_is_taken_whatever_its_brands_are_called(string start) =>
        Assert.Equal(ImageFormat.Heic, ImageFormat.TrySniff(Encoding.Latin1.GetBytes(start)));

    [Fact]
    public void Real_files_of_other_formats_are_named()
    {
        using var picture = Samples.Quadrants(64, 48);
        Assert.Contains("TIFF", RefusedFormat.SentenceFor(picture.TiffsaveBuffer()));
        Assert.Contains("JPEG XL", RefusedFormat.SentenceFor(Samples.Content("jpeg-xl.jxl")));
        Assert.Contains("Radiance", RefusedFormat.SentenceFor("#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n"u8));
    }

    [Fact]
    public void Nothing_that_is_taken_is_refused_and_what_is_not_known_is_told_what_would_do()
    {
        foreach (var name in new[] { "telephone.heic", "sequence.avif", "ultra-hdr.jpg", "animated.png" })
        {
            Assert.Null(RefusedFormat.Identify(Samples.Content(name)));
        }

        byte[] unknown = [0xDE, 0xAD, 0xBE, 0xEF, 1, 2, 3, 4];
        Assert.Null(RefusedFormat.Identify(unknown));
        Assert.Contains("is not JPEG, PNG, GIF, WebP, AVIF or HEIC", RefusedFormat.SentenceFor(unknown));
        Assert.Contains("export it as JPEG or PNG", RefusedFormat.SentenceFor(unknown));
    }

    [Fact]
    public void Any_bytes_can_be_asked_about()
    {
        var random = new Random(20241117);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = new byte[random.Next(0, 64)];
            random.NextBytes(bytes);
            if (round % 2 == 0 && bytes.Length > 8)
            {
                (round % 4 == 0 ? "II*\0"u8 : "\0\0\0\u0018ftyp"u8).CopyTo(bytes);
            }

            Assert.NotEmpty(RefusedFormat.SentenceFor(bytes));
        }
    }
}
