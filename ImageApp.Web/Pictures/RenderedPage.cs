using System.Collections.Concurrent;
using ImageApp.Web.Hosting;
using Microsoft.AspNetCore.ResponseCompression;

namespace ImageApp.Web.Pictures;

/// <summary>A page as it was rendered, and as it is sent by each encoding that was asked for.</summary>
/// <param name="ContentType">Its type.</param>
/// <param name="Body">Its bytes.</param>
/// <param name="Sources">What went into it.</param>
internal sealed record RenderedPage(string? ContentType, byte[] Body, GallerySources? Sources)
{
    private readonly ConcurrentDictionary<string, byte[]> _encoded = new(StringComparer.Ordinal);

    /// <summary>Its entity tag, of its content: a page that is the same again has the same. Weak, since it is sent encoded.</summary>
    public string Tag { get; } = EntityTags.WeakOf(Body);

    /// <summary>Its bytes as they are sent.</summary>
    /// <param name="provider">How they are compressed.</param>
    public byte[] Encoded(ICompressionProvider provider) => _encoded.GetOrAdd(provider.EncodingName, static (_, state) =>
    {
        using var encoded = new MemoryStream();
        using (var stream = state.provider.CreateStream(encoded))
        {
            stream.Write(state.Body);
        }

        return encoded.ToArray();
    }, (provider, Body));
}
