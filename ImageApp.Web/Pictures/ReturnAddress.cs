using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace ImageApp.Web.Pictures;

/// <summary>Where a form leads back to: the address on this site that the page with the form says in its field <c>back</c>.</summary>
internal sealed class ReturnAddress : IResult
{
    private const string Field = "back";
    private const int MaxLength = 2000;

    // What an earlier form said; it is not said twice.
    private static readonly string[] Notices = ["again", "deleted", "gone", "missing", "nothing", "problem"];

    private readonly string _address;

    private ReturnAddress(string address) => _address = address;

    /// <summary>An address of our own.</summary>
    public static ReturnAddress To(string address) => new(address);

    /// <summary>Reads the address of a form.</summary>
    /// <param name="form">The form.</param>
    /// <param name="otherwise">Where to lead without an address on this site.</param>
    public static ReturnAddress Of(IFormCollection form, string otherwise = "/") =>
        new(form[Field] is [{ } back] && IsLocal(back) ? WithoutNotices(back) : otherwise);

    /// <summary>Reads the address of a request, which need not have a form.</summary>
    /// <param name="request">The request.</param>
    /// <param name="otherwise">Where to lead without an address on this site.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<ReturnAddress> OfAsync(HttpRequest request, string otherwise, CancellationToken cancellationToken) =>
        Of(request.ContentType is null ? FormCollection.Empty : await request.ReadFormAsync(cancellationToken), otherwise);

    /// <summary>The address with a notice for the page that is there.</summary>
    public ReturnAddress With(string name, string value) => new(QueryHelpers.AddQueryString(_address, name, value));

    /// <summary>Sends the browser there, by GET (RFC 9110, 15.4.4).</summary>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        httpContext.Response.Headers[HeaderNames.Location] = _address;
        return Task.CompletedTask;
    }

    /// <summary>The address.</summary>
    public override string ToString() => _address;

    /// <summary>Whether an address leads to this site: browsers take '\' for '/', and '//host' for another site.</summary>
    public static bool IsLocal(string? address) =>
        address is ['/', ..] and not ['/', '/' or '\\', ..] && address.Length <= MaxLength
        && address.All(character => character is > ' ' and < '\x7F');

    private static string WithoutNotices(string address)
    {
        var parts = address.Split('#', 2);
        var path = parts[0].Split('?', 2);
        var kept = path.Length == 1 ? [] : QueryHelpers.ParseQuery(path[1]).Where(part => !Notices.Contains(part.Key));
        return QueryHelpers.AddQueryString(path[0], kept) + (parts.Length > 1 ? $"#{parts[1]}" : "");
    }
}
