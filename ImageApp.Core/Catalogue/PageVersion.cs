namespace ImageApp.Core.Catalogue;

/// <summary>What a page of images is made of, by versions.</summary>
/// <param name="Clock">The database's time before any of it was read, in milliseconds since 1970-01-01.</param>
/// <param name="ChangedAt">When any row last changed; null where there is none.</param>
/// <param name="Rows">The page's rows, and the next one where there is another page.</param>
/// <param name="Albums">The albums that there are.</param>
public sealed record PageVersion(
    long Clock, long? ChangedAt, IReadOnlyList<RowVersion> Rows, IReadOnlyList<AlbumTitle> Albums)
{
    /// <summary>How long a change may take from its time until everybody sees it.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    private static long SettlingTime => (long)Settling.TotalMilliseconds;

    /// <summary>
    /// Whether each version names one content: a row that changed just now may change once more within the same millisecond.
    /// </summary>
    public bool IsSettled
    {
        get
        {
            foreach (var row in Rows)
            {
                if (row.UpdatedAt + SettlingTime >= Clock)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>
    /// Where live changes go on behind this page, whose readers go back by <see cref="Settling"/>: shown twice rather than missed. Once the
    /// last change has settled it is just behind that change, however long ago it was, so nothing is shown twice and nothing moves while
    /// nothing changes.
    /// </summary>
    public PageCursor After => new(
        ChangedAt is not { } changed ? 0 : changed + SettlingTime < Clock ? changed + SettlingTime + 1 : Math.Min(changed, Clock), 0);

    /// <summary>Whether a page that was made of another version is what would be made of this one.</summary>
    public bool IsSameAs(PageVersion other) =>
        After == other.After && Rows.SequenceEqual(other.Rows) && Albums.SequenceEqual(other.Albums);

    /// <summary>Whether a page has these rows in these versions.</summary>
    public bool IsOf(ImagePage page)
    {
        if (page.Images.Count + (page.NextCursor is null ? 0 : 1) != Rows.Count)
        {
            return false;
        }

        for (var i = 0; i < page.Images.Count; i++)
        {
            if (Rows[i].Id != page.Images[i].Id || Rows[i].UpdatedAt != page.Images[i].UpdatedAt.ToUnixTimeMilliseconds())
            {
                return false;
            }
        }

        return true;
    }
}
