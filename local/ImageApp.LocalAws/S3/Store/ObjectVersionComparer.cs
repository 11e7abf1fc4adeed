namespace ImageApp.LocalAws.S3.Store;

/// <summary>Orders versions as S3 lists them: by key, and those of a key from the newest to the oldest.</summary>
internal sealed class ObjectVersionComparer : IComparer<StoredObject>
{
    public static ObjectVersionComparer Instance { get; } = new();

    public int Compare(StoredObject? x, StoredObject? y)
    {
        var byKey = Utf8KeyComparer.Instance.Compare(x?.Key, y?.Key);
        return byKey != 0 ? byKey : (y?.Sequence ?? 0).CompareTo(x?.Sequence ?? 0);
    }
}
