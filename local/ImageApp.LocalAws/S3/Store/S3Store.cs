using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using ImageApp.LocalAws.S3.Events;
using ImageApp.LocalAws.Storage;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.S3.Store;

/// <summary>
/// All buckets, objects, uploads and pending events. Bytes are in blobs, written and flushed before anything refers to them; everything
/// else is in memory and in a journal. A change is one record of the journal, so that after a kill -9 an object is wholly the old one or
/// wholly the new one, and its event is there exactly if the object is. A change is seen by readers at once and answered once it is on
/// disk.
/// </summary>
internal sealed class S3Store : IAsyncDisposable
{
    private const long CompactionBytes = 4 * 1024 * 1024;
    private const int RememberedUploads = 1000;

    private readonly LocalAwsOptions _options;
    private readonly TimeProvider _time;
    private readonly Journal _journal;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, BucketContents> _buckets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, MultipartUpload> _uploads = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<string, CompletedUpload> _completed = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, PendingEvent> _pending = [];
    private readonly Dictionary<Guid, int> _references = [];
    private IReadOnlySet<Guid> _emptied = new HashSet<Guid>();
    private long _sequence;

    public S3Store(LocalAwsOptions options, TimeProvider time, ILogger<S3Store> logger)
    {
        _options = options;
        _time = time;
        var folder = Path.Combine(Path.GetFullPath(options.DataDirectory), "s3");
        var path = Path.Combine(folder, "journal");
        Blobs = new BlobStore(Path.Combine(folder, "blobs"));
        _journal = OpenJournal(path, logger);
        Blobs.DeleteAllBut(_references.Keys.Concat(_emptied).ToHashSet());

        // An event is on disk with the change that caused it, and is tried for ever: its attempts need not be kept.
        Events = new Outbox<PendingEvent>("S3", [.. _pending.Values], _ => Task.CompletedTask, SettleEventAsync, time, logger);
    }

    public BlobStore Blobs { get; }

    /// <summary>Events to be delivered: those left from before, then each as its change reaches the disk.</summary>
    public Outbox<PendingEvent> Events { get; }

    public async ValueTask DisposeAsync()
    {
        await Events.DisposeAsync();
        await _journal.DisposeAsync();
        Blobs.Dispose();
    }

    /// <summary>The buckets by name.</summary>
    public IReadOnlyList<Bucket> ListBuckets()
    {
        lock (_gate)
        {
            return [.. _buckets.Values.Select(contents => contents.Bucket).OrderBy(bucket => bucket.Name, StringComparer.Ordinal)];
        }
    }

    /// <exception cref="AwsServiceException"><c>NoSuchBucket</c>.</exception>
    public Bucket GetBucket(string name) => FindBucket(name) ?? throw S3Errors.NoSuchBucket(name);

    public Bucket? FindBucket(string name)
    {
        lock (_gate)
        {
            return _buckets.GetValueOrDefault(name)?.Bucket;
        }
    }

    /// <summary>How many objects a bucket has, and their bytes together.</summary>
    /// <exception cref="AwsServiceException"><c>NoSuchBucket</c>.</exception>
    public (int Objects, long Bytes) UsageOf(string name)
    {
        lock (_gate)
        {
            var objects = Contents(name).Objects;
            return (objects.Count, objects.Sum(stored => stored.Size));
        }
    }

    /// <summary>Creates a bucket.</summary>
    /// <returns>False where it was there already.</returns>
    public async Task<bool> CreateBucketAsync(Bucket bucket)
    {
        Task written;
        lock (_gate)
        {
            if (_buckets.ContainsKey(bucket.Name))
            {
                return false;
            }

            written = Commit(new StoreChange { BucketName = bucket.Name, Bucket = bucket with { CreatedAt = Now() } }, []);
        }

        await written;
        return true;
    }

    /// <summary>Changes a bucket's configuration.</summary>
    public async Task UpdateBucketAsync(string name, Func<Bucket, Bucket> change)
    {
        Task written;
        lock (_gate)
        {
            written = Commit(new StoreChange { BucketName = name, Bucket = change(Contents(name).Bucket) }, []);
        }

        await written;
    }

    /// <summary>Deletes a bucket and the uploads under way in it.</summary>
    /// <exception cref="AwsServiceException"><c>BucketNotEmpty</c>.</exception>
    public Task DeleteBucketAsync(string name)
    {
        lock (_gate)
        {
            var contents = Contents(name);
            if (!contents.IsEmpty)
            {
                throw new AwsServiceException(
                    "BucketNotEmpty",
                    $"The bucket you tried to delete is not empty: {name}"
                    + (contents.Bucket.TellsVersions ? ". You must delete all versions in the bucket." : ""),
                    HttpStatusCode.Conflict);
            }

            return CommitAndReleaseAsync(new StoreChange { BucketName = name, BucketDeleted = true });
        }
    }

    /// <summary>The current object of a key; null where there is none.</summary>
    public StoredObject? Find(string bucket, string key)
    {
        lock (_gate)
        {
            return Contents(bucket).Find(key);
        }
    }

    /// <summary>A version of a key, which may be a delete marker, kept readable until the lease ends.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="key">The key.</param>
    /// <param name="versionId">The version; null for the current one.</param>
    /// <exception cref="AwsServiceException"><c>NoSuchBucket</c>, <c>NoSuchKey</c> or <c>NoSuchVersion</c>.</exception>
    public ObjectLease Lease(string bucket, string key, string? versionId)
    {
        lock (_gate)
        {
            var stored = Version(bucket, key, versionId);
            Retain(stored.Segments);
            return new ObjectLease(stored, () => Release(stored.Segments));
        }
    }

    /// <summary>Changes what is said of a version; its bytes, its time and its place among the others stay.</summary>
    /// <exception cref="AwsServiceException"><c>NoSuchBucket</c>, <c>NoSuchKey</c> or <c>NoSuchVersion</c>.</exception>
    public async Task<StoredObject> UpdateAsync(
        string bucket,
        string key,
        string? versionId,
        Func<StoredObject, StoredObject> change,
        EventContext? context)
    {
        StoredObject updated;
        Task written;
        lock (_gate)
        {
            updated = change(Version(bucket, key, versionId));
            written = CommitAndReleaseAsync(new StoreChange
            {
                BucketName = bucket,
                Object = updated,
                Events = context is null ? null : EventsOf(Contents(bucket).Bucket, context, updated, NextSequence()),
            });
        }

        await written;
        return updated;
    }

    /// <summary>Makes an object the current one of its key: a new version, or in the place of the one that has no id.</summary>
    /// <remarks>Segments that no other object holds are the caller's to delete where this fails.</remarks>
    /// <exception cref="AwsServiceException">The bucket is gone, or the condition does not hold.</exception>
    public async Task<StoredObject> PutAsync(
        string bucket,
        StoredObject draft,
        WriteCondition condition,
        EventContext context,
        string? endedUploadId = null)
    {
        StoredObject stored;
        Task written;
        lock (_gate)
        {
            var contents = Contents(bucket);
            condition.Require(contents.Find(draft.Key));
            if (endedUploadId is not null && !_uploads.ContainsKey(endedUploadId))
            {
                throw S3Errors.NoSuchUpload(endedUploadId);
            }

            var sequence = NextSequence();
            stored = draft with
            {
                LastModified = Now(),
                Sequence = sequence,
                VersionId = contents.Bucket.VersioningEnabled ? NewVersionId() : null,
                Lock = draft.Lock is { HasRetention: true }
                    ? draft.Lock
                    : contents.Bucket.ObjectLock?.Default(Now()) is { } standard
                        ? standard with { LegalHold = draft.Lock?.LegalHold == true }
                        : draft.Lock,
            };
            written = CommitAndReleaseAsync(new StoreChange
            {
                Sequence = sequence,
                BucketName = bucket,
                Object = stored,
                EndedUploadId = endedUploadId,
                Events = EventsOf(contents.Bucket, context, stored, sequence),
            });
        }

        await written;
        return stored;
    }

    /// <summary>
    /// Deletes a version for good, or says with a delete marker that the key has no object any more (S3 User Guide, "Deleting object
    /// versions").
    /// </summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="key">The key.</param>
    /// <param name="deletion">What is to be deleted, and when.</param>
    /// <param name="context">The request.</param>
    /// <returns>The version that is gone, or the delete marker that was made; null where there was nothing to do.</returns>
    /// <exception cref="AwsServiceException">The condition does not hold.</exception>
    public async Task<StoredObject?> DeleteAsync(string bucket, string key, Deletion deletion, EventContext context)
    {
        StoredObject? deleted;
        Task written;
        lock (_gate)
        {
            var contents = Contents(bucket);
            deletion.Condition?.Require(
                deletion.VersionId is null ? contents.Newest(key) : contents.FindVersion(key, VersionIdOf(deletion.VersionId)));
            var sequence = NextSequence();
            if (deletion.VersionId is null && contents.Bucket.TellsVersions)
            {
                deleted = new StoredObject
                {
                    Key = key,
                    IsDeleteMarker = true,
                    LastModified = Now(),
                    Sequence = sequence,
                    VersionId = contents.Bucket.VersioningEnabled ? NewVersionId() : null,
                };
                written = CommitAndReleaseAsync(new StoreChange
                {
                    Sequence = sequence,
                    BucketName = bucket,
                    Object = deleted,
                    Events = EventsOf(contents.Bucket, context.AsDeleteMarker(), deleted, sequence),
                });
            }
            else
            {
                var versionId = VersionIdOf(deletion.VersionId);
                deleted = contents.FindVersion(key, versionId);
                if (deleted is null)
                {
                    return null;
                }

                deleted.Lock?.RequireDeletable(_time.GetUtcNow(), deletion.BypassesGovernance);
                written = CommitAndReleaseAsync(new StoreChange
                {
                    Sequence = sequence,
                    BucketName = bucket,
                    DeletedKey = key,
                    DeletedVersionId = versionId,
                    Events = EventsOf(contents.Bucket, context, deleted, sequence),
                });
            }
        }

        await written;
        return deleted;
    }

    /// <summary>Lists a page of a bucket.</summary>
    public ListPage List(string bucket, ListQuery query)
    {
        var objects = new List<StoredObject>();
        var prefixes = new List<string>();
        if (query.Maximum == 0)
        {
            GetBucket(bucket);
            return new ListPage(objects, prefixes, null);
        }

        var last = "";
        lock (_gate)
        {
            var set = Contents(bucket).Objects;
            var from = Utf8KeyComparer.Instance.Compare(query.After, query.Prefix) > 0 ? query.After : query.Prefix;
            while (from is not null)
            {
                var seek = (string?)null;
                foreach (var stored in set.From(new StoredObject { Key = from }))
                {
                    var key = stored.Key;
                    if (!key.StartsWith(query.Prefix, StringComparison.Ordinal))
                    {
                        return new ListPage(objects, prefixes, null);
                    }

                    if (Utf8KeyComparer.Instance.Compare(key, query.After) <= 0 && query.After.Length > 0)
                    {
                        continue;
                    }

                    var cut =
                        query.Delimiter.Length == 0 ? -1 : key.IndexOf(query.Delimiter, query.Prefix.Length, StringComparison.Ordinal);
                    var rolledUp = cut < 0 ? null : key[..(cut + query.Delimiter.Length)];
                    var known = rolledUp is not null && (rolledUp == query.After || (prefixes.Count > 0 && prefixes[^1] == rolledUp));
                    if (!known)
                    {
                        if (objects.Count + prefixes.Count == query.Maximum)
                        {
                            return new ListPage(objects, prefixes, last);
                        }

                        if (rolledUp is null)
                        {
                            objects.Add(stored);
                            last = key;
                        }
                        else
                        {
                            prefixes.Add(rolledUp);
                            last = rolledUp;
                        }
                    }

                    if (rolledUp is not null && rolledUp[^1] < 0x7f)
                    {
                        // Straight to what follows the prefix, however many keys are below it.
                        seek = rolledUp[..^1] + (char)(rolledUp[^1] + 1);
                        break;
                    }
                }

                from = seek;
            }
        }

        return new ListPage(objects, prefixes, null);
    }

    /// <summary>Lists a page of the versions in a bucket.</summary>
    public VersionPage ListVersions(string bucket, VersionQuery query)
    {
        var versions = new List<ListedVersion>();
        var prefixes = new List<string>();
        (string Key, string? VersionId)? last = null;
        lock (_gate)
        {
            var from = Utf8KeyComparer.Instance.Compare(query.KeyMarker, query.Prefix) > 0 ? query.KeyMarker : query.Prefix;
            var (key, isPast) = ("", query.VersionIdMarker.Length == 0);
            foreach (var version in Contents(bucket).Versions(from))
            {
                if (!version.Key.StartsWith(query.Prefix, StringComparison.Ordinal))
                {
                    break;
                }

                var isLatest = version.Key != key;
                key = version.Key;
                if (query.KeyMarker.Length > 0 && key == query.KeyMarker)
                {
                    // Those of the marker's key begin after the version that the marker names, if it names one.
                    if (query.VersionIdMarker.Length == 0 || !isPast)
                    {
                        isPast |= version.VersionName == query.VersionIdMarker;
                        continue;
                    }
                }

                var cut = query.Delimiter.Length == 0 ? -1 : key.IndexOf(query.Delimiter, query.Prefix.Length, StringComparison.Ordinal);
                var rolledUp = cut < 0 ? null : key[..(cut + query.Delimiter.Length)];
                if (rolledUp is not null && (rolledUp == query.KeyMarker || (prefixes.Count > 0 && prefixes[^1] == rolledUp)))
                {
                    continue;
                }

                if (versions.Count + prefixes.Count == query.Maximum)
                {
                    return new VersionPage(versions, prefixes, last?.Key, last?.VersionId, IsTruncated: true);
                }

                if (rolledUp is null)
                {
                    versions.Add(new ListedVersion(version, isLatest));
                    last = (key, version.VersionName);
                }
                else
                {
                    prefixes.Add(rolledUp);
                    last = (rolledUp, null);
                }
            }
        }

        return new VersionPage(versions, prefixes, null, null, IsTruncated: false);
    }

    /// <summary>The versions of each key that begins with a prefix, newest first.</summary>
    public IReadOnlyList<IReadOnlyList<StoredObject>> VersionsByKey(string bucket, string prefix)
    {
        lock (_gate)
        {
            return
            [
                .. Contents(bucket)
                    .Versions(prefix)
                    .TakeWhile(version => version.Key.StartsWith(prefix, StringComparison.Ordinal))
                    .GroupBy(version => version.Key)
                    .Select(versions => versions.ToList()),
            ];
        }
    }

    /// <summary>Begins a multipart upload.</summary>
    public async Task<MultipartUpload> BeginUploadAsync(MultipartUpload draft)
    {
        var upload = draft with { Initiated = Now() };
        Task written;
        lock (_gate)
        {
            Contents(upload.Bucket);
            written = Commit(new StoreChange { Upload = upload }, []);
        }

        await written;
        return upload;
    }

    /// <exception cref="AwsServiceException"><c>NoSuchUpload</c>: there is no such upload of that key.</exception>
    public MultipartUpload GetUpload(string bucket, string key, string uploadId)
    {
        lock (_gate)
        {
            return Upload(bucket, key, uploadId);
        }
    }

    /// <summary>The object that an upload became; null where it is not known to have been completed.</summary>
    public StoredObject? FindCompleted(string bucket, string key, string uploadId)
    {
        lock (_gate)
        {
            Contents(bucket);
            return _completed.TryGetValue(uploadId, out var completed) && completed.Bucket == bucket && completed.Object.Key == key
                ? completed.Object
                : null;
        }
    }

    /// <summary>The parts of an upload by number.</summary>
    public IReadOnlyList<UploadedPart> ListParts(string bucket, string key, string uploadId)
    {
        lock (_gate)
        {
            return [.. Upload(bucket, key, uploadId).Parts.Values];
        }
    }

    /// <summary>The uploads under way in a bucket, by key and then by when they began.</summary>
    public IReadOnlyList<MultipartUpload> ListUploads(string bucket)
    {
        lock (_gate)
        {
            Contents(bucket);
            return [.. _uploads.Values
                .Where(upload => upload.Bucket == bucket)
                .OrderBy(upload => upload.Key, Utf8KeyComparer.Instance)
                .ThenBy(upload => upload.Initiated)
                .ThenBy(upload => upload.UploadId, StringComparer.Ordinal)];
        }
    }

    /// <summary>Adds a part in the place of any other of its number.</summary>
    public async Task<UploadedPart> PutPartAsync(string bucket, string key, string uploadId, UploadedPart draft)
    {
        var part = draft with { LastModified = Now() };
        Task written;
        lock (_gate)
        {
            Upload(bucket, key, uploadId);
            written = CommitAndReleaseAsync(new StoreChange { UploadId = uploadId, Part = part });
        }

        await written;
        return part;
    }

    /// <summary>Aborts an upload and deletes its parts.</summary>
    public Task AbortUploadAsync(string bucket, string key, string uploadId)
    {
        lock (_gate)
        {
            Upload(bucket, key, uploadId);
            return CommitAndReleaseAsync(new StoreChange { EndedUploadId = uploadId });
        }
    }

    /// <summary>Records that an event was delivered, or never can be. Where a crash comes first, it is delivered again.</summary>
    private Task SettleEventAsync(PendingEvent settled)
    {
        lock (_gate)
        {
            return Commit(new StoreChange { SettledEvent = settled.Id }, []);
        }
    }

    /// <summary>Lets go of bytes that were written, and deletes them where the change did not happen that they were for.</summary>
    public void Discard(Segment segment)
    {
        bool isReferenced;
        lock (_gate)
        {
            isReferenced = _references.ContainsKey(segment.Blob);
        }

        Blobs.Release(segment, isReferenced);
    }

    private static string? VersionIdOf(string? name) => name == StoredObject.NullVersion ? null : name;

    private static string NewVersionId() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24));

    private StoredObject Version(string bucket, string key, string? versionId)
    {
        var contents = Contents(bucket);
        return versionId is null
            ? contents.Newest(key) ?? throw S3Errors.NoSuchKey(key)
            : contents.FindVersion(key, VersionIdOf(versionId)) ?? throw S3Errors.NoSuchVersion(key, versionId);
    }

    private BucketContents Contents(string bucket) => _buckets.GetValueOrDefault(bucket) ?? throw S3Errors.NoSuchBucket(bucket);

    private MultipartUpload Upload(string bucket, string key, string uploadId)
    {
        Contents(bucket);
        return _uploads.TryGetValue(uploadId, out var upload) && upload.Bucket == bucket && upload.Key == key
            ? upload
            : throw S3Errors.NoSuchUpload(uploadId);
    }

    private DateTimeOffset Now()
    {
        var now = _time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
    }

    /// <summary>Greater than every one before, also after a restart and where the clock was set back.</summary>
    private long NextSequence() => Math.Max(_sequence + 1, _time.GetUtcNow().UtcTicks);

    private List<PendingEvent>? EventsOf(Bucket bucket, EventContext context, StoredObject stored, long sequence)
    {
        var events = bucket.Notifications?
            .Where(configuration => configuration.Matches(context.EventName, stored.Key))
            .Select(configuration => new PendingEvent(
                Guid.NewGuid(),
                bucket.Name,
                configuration.DestinationArn,
                EventMessage.Create(configuration, context, _options, bucket, stored, sequence, _time.GetUtcNow()),
                context.TraceParent))
            .ToList();
        return events is { Count: > 0 } ? events : null;
    }

    /// <summary>Makes a change; the caller holds the gate. The blobs that it lets go are added to <paramref name="released"/>.</summary>
    private Task Commit(StoreChange change, List<Segment> released)
    {
        var record = JsonSerializer.SerializeToUtf8Bytes(change, StoreJsonContext.Default.StoreChange);
        Apply(change, released);
        return _journal.AppendAsync(record);
    }

    private async Task CommitAndReleaseAsync(StoreChange change)
    {
        var released = new List<Segment>();
        await Commit(change, released);
        // Only now: until the record is on disk, a crash brings back the object that these belong to.
        Release(released);
        Events.Accept(change.Events ?? []);
    }

    private void Apply(StoreChange change, List<Segment> released)
    {
        _sequence = Math.Max(_sequence, change.Sequence);
        if (change.Bucket is { } bucket)
        {
            if (_buckets.TryGetValue(bucket.Name, out var existing))
            {
                existing.Bucket = bucket;
            }
            else
            {
                _buckets.Add(bucket.Name, new BucketContents(bucket));
            }
        }

        if (change.Object is { } stored)
        {
            if (_buckets[change.BucketName!].Put(stored) is { } replaced)
            {
                released.AddRange(replaced.Segments);
            }

            Retain(stored.Segments);
        }

        if (change.DeletedKey is { } key && _buckets[change.BucketName!].Remove(key, change.DeletedVersionId) is { } deleted)
        {
            released.AddRange(deleted.Segments);
        }

        if (change.Upload is { } upload)
        {
            _uploads.Add(upload.UploadId, upload);
        }

        if (change.Part is { } part && _uploads.TryGetValue(change.UploadId!, out var owner))
        {
            if (owner.Parts.TryGetValue(part.Number, out var replaced))
            {
                released.Add(replaced.Segment);
            }

            owner.Parts[part.Number] = part;
            Retain([part.Segment]);
        }

        if (change.EndedUploadId is { } ended)
        {
            EndUpload(ended, released);
            if (change.Object is not null)
            {
                _completed[ended] = new CompletedUpload(change.BucketName!, change.Object);
                if (_completed.Count > RememberedUploads)
                {
                    _completed.RemoveAt(0);
                }
            }
        }

        if (change.BucketDeleted)
        {
            _buckets.Remove(change.BucketName!);
            foreach (var orphan in _uploads.Values.Where(orphan => orphan.Bucket == change.BucketName).ToList())
            {
                EndUpload(orphan.UploadId, released);
            }
        }

        foreach (var pending in change.Events ?? [])
        {
            _pending.Add(pending.Id, pending);
        }

        if (change.SettledEvent is { } settled)
        {
            _pending.Remove(settled);
        }
    }

    private void EndUpload(string uploadId, List<Segment> released)
    {
        if (_uploads.Remove(uploadId, out var upload))
        {
            released.AddRange(upload.Parts.Values.Select(part => part.Segment));
        }
    }

    private void Retain(IReadOnlyList<Segment> segments)
    {
        foreach (var segment in segments)
        {
            _references[segment.Blob] = _references.GetValueOrDefault(segment.Blob) + 1;
        }
    }

    private void Release(IReadOnlyList<Segment> segments)
    {
        var unused = new List<Guid>();
        lock (_gate)
        {
            ReleaseReferences(segments, unused);
        }

        unused.ForEach(Blobs.Delete);
    }

    private void ReleaseReferences(IReadOnlyList<Segment> segments, List<Guid> unused)
    {
        foreach (var segment in segments)
        {
            var count = _references[segment.Blob] - 1;
            if (count > 0)
            {
                _references[segment.Blob] = count;
            }
            else
            {
                _references.Remove(segment.Blob);
                unused.Add(segment.Blob);
            }
        }
    }

    private Journal OpenJournal(string path, ILogger logger)
    {
        var bytes = 0L;
        var journal = Journal.Open(path, Replay, logger);
        var isMoved = EmptySparsePacks();
        if (bytes >= CompactionBytes || isMoved)
        {
            List<byte[]> live =
            [
                .. Snapshot().Select(change => JsonSerializer.SerializeToUtf8Bytes(change, StoreJsonContext.Default.StoreChange)),
            ];
            if (isMoved || bytes >= 2 * live.Sum(record => (long)record.Length))
            {
                journal.Compact(live);
            }
        }

        return journal;

        void Replay(ReadOnlySpan<byte> record)
        {
            bytes += record.Length;
            var released = new List<Segment>();
            Apply(
                JsonSerializer.Deserialize(record, StoreJsonContext.Default.StoreChange) ?? throw new JsonException("The record is null."),
                released);
            ReleaseReferences(released, []);
        }
    }

    /// <summary>
    /// Moves objects out of packs that are mostly unused; these are deleted at the next start, when the journal is sure to know.
    /// </summary>
    private bool EmptySparsePacks()
    {
        var used = new Dictionary<Guid, long>();
        foreach (var segment in _buckets.Values.SelectMany(contents => contents.All).SelectMany(stored => stored.Segments))
        {
            used[segment.Blob] = used.GetValueOrDefault(segment.Blob) + segment.Length;
        }

        _emptied = Blobs.SparsePacks(used);
        if (_emptied.Count == 0)
        {
            return false;
        }

        foreach (var contents in _buckets.Values)
        {
            foreach (var stored in contents.All.Where(stored => stored.Segments.Any(segment => _emptied.Contains(segment.Blob))).ToList())
            {
                var moved = stored with
                {
                    Segments = [.. stored.Segments.Select(segment => _emptied.Contains(segment.Blob) ? Blobs.Move(segment) : segment)],
                };
                contents.Put(moved);
                Retain(moved.Segments);
                ReleaseReferences(stored.Segments, []);
            }
        }

        Blobs.Flush();
        return true;
    }

    /// <summary>The changes that lead from nothing to the present state.</summary>
    private IEnumerable<StoreChange> Snapshot()
    {
        yield return new StoreChange { Sequence = _sequence };
        foreach (var contents in _buckets.Values)
        {
            yield return new StoreChange { BucketName = contents.Bucket.Name, Bucket = contents.Bucket };
            foreach (var stored in contents.All)
            {
                yield return new StoreChange { BucketName = contents.Bucket.Name, Object = stored };
            }
        }

        foreach (var upload in _uploads.Values)
        {
            yield return new StoreChange { Upload = upload };
            foreach (var part in upload.Parts.Values)
            {
                yield return new StoreChange { UploadId = upload.UploadId, Part = part };
            }
        }

        foreach (var pending in _pending.Values)
        {
            yield return new StoreChange { Events = [pending] };
        }
    }

    private sealed record CompletedUpload(string Bucket, StoredObject Object);
}
