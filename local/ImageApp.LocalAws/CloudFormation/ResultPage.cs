using ImageApp.LocalAws.CloudFormation.Templates;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>A page of a list, as long as AWS makes it.</summary>
/// <param name="Items">What is on it.</param>
/// <param name="NextToken">The last item's id where more follow; a page goes on below it, whatever has happened since.</param>
internal sealed record ResultPage<T>(IReadOnlyList<T> Items, string? NextToken)
{
    /// <summary>As many as AWS gives at once.</summary>
    private const int Size = 100;

    /// <param name="items">The whole list.</param>
    /// <param name="id">What tells an item from the others.</param>
    /// <param name="token">Where the page before ended; null or empty for the first page.</param>
    /// <param name="size">The most items on the page.</param>
    /// <exception cref="AwsServiceException"><c>ValidationError</c>: the token is not one that this list gave.</exception>
    public static ResultPage<T> Of(IEnumerable<T> items, Func<T, string> id, string? token, int size = Size)
    {
        var all = items.ToList();
        var from = string.IsNullOrEmpty(token) ? 0
            : all.FindIndex(item => id(item) == token) is >= 0 and var last ? last + 1
            : throw TemplateErrors.Validation($"NextToken {token} is not one that this list gave");
        var page = all.GetRange(from, Math.Min(size, all.Count - from));
        return new ResultPage<T>(page, from + page.Count < all.Count ? id(page[^1]) : null);
    }
}
