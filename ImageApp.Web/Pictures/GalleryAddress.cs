using System.Globalization;
using ImageApp.Core.Catalogue;
using ImageApp.Web.Hosting;
using Microsoft.AspNetCore.WebUtilities;

namespace ImageApp.Web.Pictures;

/// <summary>What a gallery page shows, as its address says it.</summary>
internal sealed record GalleryAddress
{
    /// <summary>How many pictures a page has at most, here and in the API.</summary>
    public const int MaxLimit = 200;

    /// <summary>The search as typed.</summary>
    public string Text { get; init; } = "";

    /// <summary>Which images.</summary>
    public ImageFilter Filter { get; init; }

    /// <summary>By what they are sorted.</summary>
    public ImageOrder Order { get; init; }

    /// <summary>Whether the oldest come first.</summary>
    public bool OldestFirst { get; init; }

    /// <summary>The album whose pictures they are; null for all.</summary>
    public long? AlbumId { get; init; }

    /// <summary>Where the page starts; null for the first.</summary>
    public PageCursor? Cursor { get; init; }

    /// <summary>How many pictures the page has; null for as many as pages have.</summary>
    public int? Limit { get; init; }

    /// <summary>What is wrong with the address, in a person's words; null where nothing is.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether new images belong on this page, at the place of their order.</summary>
    public bool IsLive => Cursor is null && Text.Length == 0 && Filter == ImageFilter.All && AlbumId is null;

    /// <summary>Whether only some of the pictures are shown, which are counted.</summary>
    public bool IsNarrowed => Text.Length > 0 || Filter != ImageFilter.All;

    /// <summary>What a picture's page keeps of this address: empty, or a query with its question mark.</summary>
    public string Context => QueryHelpers.AddQueryString("", Query(isContext: true));

    /// <summary>Reads an address; what cannot be used is left out and named in <see cref="Problem"/>.</summary>
    public static GalleryAddress Parse(string? text, string? filter, string? sort, string? cursor)
    {
        string? problem = null;
        text = text?.Trim() ?? "";
        if (text.Length > SearchTerms.MaxLength)
        {
            problem = string.Create(
                CultureInfo.InvariantCulture,
                $"A search may have {SearchTerms.MaxLength} characters; this one has {text.Length:N0}. Only its beginning is searched.");
            text = text[..SearchTerms.MaxLength];
        }
        else if (text.Length > 0 && SearchTerms.Parse(text) is null)
        {
            problem = "There is no word in this search. Type the words a caption or file name should have.";
        }

        PageCursor? start = null;
        if (!string.IsNullOrEmpty(cursor))
        {
            if (PageCursor.TryParse(cursor, out var parsed))
            {
                start = parsed;
            }
            else
            {
                problem ??= "This page's address is not complete; these are the newest pictures.";
            }
        }

        return new GalleryAddress
        {
            Text = text,
            Filter = filter switch
            {
                "no-caption" => ImageFilter.NoCaption,
                "failed" => ImageFilter.Failed,
                "favourites" => ImageFilter.Favourites,
                _ => ImageFilter.All,
            },
            OldestFirst = sort == "oldest",
            Cursor = start,
            Problem = problem,
        };
    }

    /// <summary>Reads an address's query.</summary>
    public static GalleryAddress Parse(IQueryCollection query)
    {
        var limit = query["limit"].ToString();
        int? count = QueryNumber.Of(limit) is { } number and >= 1 and <= MaxLimit ? number : null;
        var album = long.TryParse(query["album"], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : (long?)null;
        var address = Parse(query["q"], query["filter"], query["sort"], query["cursor"]);
        return address with
        {
            AlbumId = album,
            Limit = count,
            Problem = address.Problem ?? (limit.Length > 0 && count is null ? LimitProblem : null),
            Order = (query["by"].ToString(), album) switch
            {
                ("added", _) => ImageOrder.Added,
                ("", not null) => ImageOrder.Album,
                _ => ImageOrder.Taken,
            },
        };
    }

    /// <summary>The address of a request as a link on this site.</summary>
    /// <param name="request">The request.</param>
    /// <param name="without">A parameter that is left out.</param>
    public static string Here(HttpRequest request, string? without = null) => request.Path.Value + QueryString.Create(
        request.Query.Where(part => part.Key != without)
            .SelectMany(part => part.Value, (part, value) => KeyValuePair.Create(part.Key, value)));

    /// <summary>The query that finds this page's images.</summary>
    public ImageQuery ToQuery(int limit) => new(limit)
    {
        Cursor = Cursor,
        Search = SearchTerms.Parse(Text),
        Filter = Filter,
        Order = Order,
        OldestFirst = OldestFirst,
        AlbumId = AlbumId,
    };

    /// <summary>The address as a link.</summary>
    public override string ToString() => QueryHelpers.AddQueryString(
        AlbumId is { } album ? string.Create(CultureInfo.InvariantCulture, $"/albums/{album}") : "/", Query(isContext: false));

    private static string LimitProblem => string.Create(
        CultureInfo.InvariantCulture, $"A page has 1 to {MaxLimit} pictures; this address asks for another number of them.");

    private Dictionary<string, string?> Query(bool isContext)
    {
        var query = new Dictionary<string, string?>();
        if (Text.Length > 0)
        {
            query["q"] = Text;
        }

        if (Filter != ImageFilter.All)
        {
            query["filter"] = Filter switch
            {
                ImageFilter.Failed => "failed",
                ImageFilter.Favourites => "favourites",
                _ => "no-caption",
            };
        }

        if (Order == ImageOrder.Added)
        {
            query["by"] = "added";
        }
        else if (Order == ImageOrder.Taken && AlbumId is not null)
        {
            query["by"] = "taken";
        }

        if (OldestFirst)
        {
            query["sort"] = "oldest";
        }

        if (isContext && AlbumId is { } album)
        {
            query["album"] = album.ToString(CultureInfo.InvariantCulture);
        }

        if (!isContext && Limit is { } limit)
        {
            query["limit"] = limit.ToString(CultureInfo.InvariantCulture);
        }

        if (!isContext && Cursor is { } cursor)
        {
            query["cursor"] = cursor.ToString();
        }

        return query;
    }
}
