namespace ImageApp.LocalAws.S3.Store;

/// <summary>A bucket and all versions of its objects; whoever uses it holds the store's gate.</summary>
internal sealed class BucketContents(Bucket bucket)
{
    // What a listing does not show: versions that are not current, and delete markers. Empty without versioning.
    private readonly SortedSet<StoredObject> _history = new(ObjectVersionComparer.Instance);

    public Bucket Bucket { get; set; } = bucket;

    /// <summary>The current objects by key.</summary>
    public SortedSet<StoredObject> Objects { get; } = new(Utf8KeyComparer.Instance);

    public bool IsEmpty => Objects.Count + _history.Count == 0;

    /// <summary>Every version in no particular order.</summary>
    public IEnumerable<StoredObject> All => Objects.Concat(_history);

    /// <summary>The current object of a key; null where there is none, or a delete marker.</summary>
    public StoredObject? Find(string key) => Objects.TryGetValue(new StoredObject { Key = key }, out var stored) ? stored : null;

    /// <summary>The newest version of a key, which may be a delete marker.</summary>
    public StoredObject? Newest(string key) => Find(key) ?? History(key).FirstOrDefault();

    /// <summary>A version of a key by its id; null asks for the one without an id.</summary>
    public StoredObject? FindVersion(string key, string? versionId) =>
        Find(key) is { } current && current.VersionId == versionId
            ? current
            : History(key).FirstOrDefault(version => version.VersionId == versionId);

    /// <summary>Adds a version in the place of any other of its id.</summary>
    /// <returns>The version that was replaced.</returns>
    public StoredObject? Put(StoredObject stored)
    {
        var replaced = FindVersion(stored.Key, stored.VersionId);
        Take(replaced);
        var newest = Newest(stored.Key);
        if (newest is not null && newest.Sequence > stored.Sequence)
        {
            _history.Add(stored);
            return replaced;
        }

        if (newest is { IsDeleteMarker: false })
        {
            Objects.Remove(newest);
            _history.Add(newest);
        }

        _ = stored.IsDeleteMarker ? _history.Add(stored) : Objects.Add(stored);
        return replaced;
    }

    /// <summary>Takes a version away; the newest of those that are left becomes the current one.</summary>
    /// <returns>The version that is gone.</returns>
    public StoredObject? Remove(string key, string? versionId)
    {
        var removed = FindVersion(key, versionId);
        Take(removed);
        if (Newest(key) is { IsDeleteMarker: false } newest && _history.Remove(newest))
        {
            Objects.Add(newest);
        }

        return removed;
    }

    /// <summary>The versions from a key on, as <c>ListObjectVersions</c> has them.</summary>
    public IEnumerable<StoredObject> Versions(string from)
    {
        using var current = Objects.From(new StoredObject { Key = from }).GetEnumerator();
        using var older = _history.From(new StoredObject { Key = from, Sequence = long.MaxValue }).GetEnumerator();
        var (hasCurrent, hasOlder) = (current.MoveNext(), older.MoveNext());
        while (hasCurrent || hasOlder)
        {
            if (hasCurrent && (!hasOlder || ObjectVersionComparer.Instance.Compare(current.Current, older.Current) < 0))
            {
                yield return current.Current;
                hasCurrent = current.MoveNext();
            }
            else
            {
                yield return older.Current;
                hasOlder = older.MoveNext();
            }
        }
    }

    private void Take(StoredObject? version)
    {
        if (version is not null && !_history.Remove(version))
        {
            Objects.Remove(version);
        }
    }

    private SortedSet<StoredObject> History(string key)
    {
        var newest = new StoredObject { Key = key, Sequence = long.MaxValue };
        var oldest = new StoredObject { Key = key, Sequence = long.MinValue };
        return _history.GetViewBetween(newest, oldest);
    }
}
