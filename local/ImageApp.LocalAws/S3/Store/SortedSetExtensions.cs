namespace ImageApp.LocalAws.S3.Store;

/// <summary>Reading a sorted set from somewhere in it.</summary>
internal static class SortedSetExtensions
{
    /// <summary>The items that are not before <paramref name="first"/>, which need not be in the set.</summary>
    public static IEnumerable<T> From<T>(this SortedSet<T> set, T first)
        where T : class =>
        set.Max is not { } last || set.Comparer.Compare(first, last) > 0 ? [] : set.GetViewBetween(first, last);
}
