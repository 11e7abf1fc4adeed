using ImageMagick;
using NetVips;

namespace ImageApp.Imaging;

/// <summary>
/// Decodes HEVC pictures. libvips as it is packaged reads a HEIC's header and metadata and has no HEVC decoder; ImageMagick's package has
/// libheif with libde265, and nothing else of it is used.
/// </summary>
internal sealed class HeicDecoder : IDisposable
{
    private readonly MagickImage _image;
    private readonly IUnsafePixelCollection<byte> _pixels;

    private HeicDecoder(MagickImage image)
    {
        _image = image;
        _pixels = image.GetPixelsUnsafe();
    }

    /// <summary>Decodes a file's primary picture, its own rotation and mirroring applied.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="VipsException">It cannot be decoded.</exception>
    public static HeicDecoder Decode(string path)
    {
        ImagingRuntime.InitializeHeic();
        var image = new MagickImage();
        try
        {
            image.Read(new FileInfo(path), new MagickReadSettings { Format = MagickFormat.Heic, FrameIndex = 0, FrameCount = 1 });
            return new HeicDecoder(image);
        }
        catch (MagickException e)
        {
            image.Dispose();
            throw new VipsException(e.Message, e);
        }
    }

    /// <summary>The pixels, with the colour profile of the header; valid as long as the decoder.</summary>
    /// <param name="header">What libvips says of the same file.</param>
    public Image Pixels(Image header)
    {
        var (width, height, bands) = ((int)_image.Width, (int)_image.Height, (int)_image.ChannelCount);
        var memory = _pixels.GetAreaPointer(0, 0, _image.Width, _image.Height);
        if (memory == 0)
        {
            throw new VipsException("The decoded pixels are not there.");
        }

        using var raw = Image.NewFromMemory(
            memory, (ulong)width * (ulong)height * (ulong)bands, width, height, bands, Enums.BandFormat.Uchar);
        var image = raw.Copy(interpretation: bands >= 3 ? Enums.Interpretation.Srgb : Enums.Interpretation.Bw);
        if (!header.Contains("icc-profile-data"))
        {
            return image;
        }

        using (image)
        {
            return image.Mutate(mutable => mutable.Set(GValue.BlobType, "icc-profile-data", (byte[])header.Get("icc-profile-data")));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _pixels.Dispose();
        _image.Dispose();
    }
}
