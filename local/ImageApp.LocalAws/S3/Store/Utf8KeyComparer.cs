namespace ImageApp.LocalAws.S3.Store;

/// <summary>
/// S3 lists keys in the order of their UTF-8 bytes, which differs from that of UTF-16 where surrogates meet U+E000 and above.
/// </summary>
internal sealed class Utf8KeyComparer : IComparer<string>, IComparer<StoredObject>
{
    public static Utf8KeyComparer Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        var (left, right) = (x ?? "", y ?? "");
        var common = left.AsSpan().CommonPrefixLength(right);
        return common == left.Length || common == right.Length
            ? left.Length.CompareTo(right.Length)
            : Rank(left[common]).CompareTo(Rank(right[common]));
    }

    public int Compare(StoredObject? x, StoredObject? y) => Compare(x?.Key, y?.Key);

    private static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
