using ImageApp.Core.Catalogue;
using ImageApp.Web.Captioning;

namespace ImageApp.Web.Pictures;

/// <summary>What goes into a gallery page beside its address and who asks for it. A feature of the request while it is rendered.</summary>
/// <param name="Version">Its rows and albums, by versions.</param>
/// <param name="Months">The months of the whole gallery; none where the page does not show them.</param>
/// <param name="Captioning">How it is with captions as a whole.</param>
internal sealed record GallerySources(PageVersion Version, IReadOnlyList<ImageMonth> Months, CaptioningStatus Captioning)
{
    /// <summary>Whether the page that is being rendered is what would be rendered again of the same sources.</summary>
    public bool IsLasting { get; set; }

    /// <summary>Reads them.</summary>
    public static async Task<GallerySources> ReadAsync(GalleryAddress address, ImageQuery query, HttpContext context)
    {
        var (services, cancellationToken) = (context.RequestServices, context.RequestAborted);
        var version = await services.GetRequiredService<PageVersions>().ReadAsync(query, cancellationToken);
        var months = version.Rows.Count > query.Limit || address.Cursor is not null
            ? await services.GetRequiredService<MonthCounts>().ReadAsync(query.Order, version.After, cancellationToken)
            : [];
        var captioning = await services.GetRequiredService<CaptioningStatusCache>().ReadAsync(cancellationToken);
        return new GallerySources(version, months, captioning with { AskedToday = 0 });
    }

    /// <summary>Whether a page of other sources is what would be rendered of these.</summary>
    public bool AreSameAs(GallerySources other) =>
        Version.IsSameAs(other.Version)
        && (ReferenceEquals(Months, other.Months) || Months.SequenceEqual(other.Months))
        && Captioning == other.Captioning;
}
