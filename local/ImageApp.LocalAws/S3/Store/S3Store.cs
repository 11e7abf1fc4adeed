using System.Net;
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

    private readonly LocalAwsOptions _options;
    private readonly TimeProvider _time;
    private readonly Journal _journal;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, BucketContents> _buckets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, MultipartUpload> _uploads = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, PendingEvent> _pending = [];
    private readonly Dictionary<Guid, int> _references = [];
    private long _sequence;

    public S3Store(LocalAwsOptions options, TimeProvider time, ILogger<S3Store> logger)
    {
        _options = options;
        _time = time;
        var folder = Path.Combine(Path.GetFullPath(options.DataDirectory), "s3");
        var path = Path.Combine(folder, "journal");
        Blobs = new BlobStore(Path.Combine(folder, "blobs"));
        _journal = OpenJournal(path, logger);
        Blobs.DeleteAllBut(_references.Keys.ToHashSet());

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
            if (Contents(name).Objects.Count > 0)
            {
                throw new AwsServiceException(
                    "BucketNotEmpty",
                    $"The bucket you tried to delete is not empty: {name}",
                    HttpStatusCode.Conflict);
            }

            return CommitAndReleaseAsync(new StoreChange { BucketName = name, BucketDeleted = true });
        }
    }

    /// <summary>The object of a key; null where there is none.</summary>
    public StoredObject? Find(string bucket, string key)
    {
        lock (_gate)
        {
            return Find(Contents(bucket), key);
        }
    }

    /// <summary>The object of a key, kept readable until the lease ends.</summary>
    /// <exception cref="AwsServiceException"><c>NoSuchBucket</c> or <c>NoSuchKey</c>.</exception>
    public ObjectLease Lease(string bucket, string key)
    {
        lock (_gate)
        {
            var stored = Find(Contents(bucket), key) ?? throw S3Errors.NoSuchKey(key);
            Retain(stored.Segments);
            return new ObjectLease(stored, () => Release(stored.Segments));
        }
    }

    /// <summary>Puts an object in the place of any other of its key.</summary>
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
            condition.Require(Find(contents, draft.Key));
            if (endedUploadId is not null && !_uploads.ContainsKey(endedUploadId))
            {
                throw S3Errors.NoSuchUpload(endedUploadId);
            }

            var sequence = NextSequence();
            stored = draft with { LastModified = Now(), Sequence = sequence };
            written = CommitAndReleaseAsync(new StoreChange
            {
                Sequence = sequence,
                BucketName = bucket,
                Object = stored,
                EndedUploadId = endedUploadId,
                Events = EventsOf(contents.Bucket, context, stored.Key, stored, sequence),
            });
        }

        await written;
        return stored;
    }

    /// <summary>Deletes the object of a key.</summary>
    /// <returns>False where there was none.</returns>
    public async Task<bool> DeleteAsync(string bucket, string key, string? ifMatch, EventContext context)
    {
        Task written;
        lock (_gate)
        {
            var contents = Contents(bucket);
            var present = Find(contents, key);
            if (ifMatch is not null)
            {
                new WriteCondition(ifMatch, null).Require(present);
            }

            if (present is null)
            {
                return false;
            }

            var sequence = NextSequence();
            written = CommitAndReleaseAsync(new StoreChange
            {
                Sequence = sequence,
                BucketName = bucket,
                DeletedKey = key,
                Events = EventsOf(contents.Bucket, context, key, null, sequence),
            });
        }

        await written;
        return true;
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
                foreach (var stored in From(set, from))
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

    /// <summary>Deletes blobs that were written for a change that did not happen.</summary>
    public void Discard(Segment segment)
    {
        lock (_gate)
        {
            if (_references.ContainsKey(segment.Blob))
            {
                return;
            }
        }

        Blobs.Delete(segment.Blob);
    }

    private static SortedSet<StoredObject> From(SortedSet<StoredObject> set, string key)
    {
        if (set.Max is not { } last)
        {
            return [];
        }

        var probe = new StoredObject { Key = key };
        return set.Comparer.Compare(probe, last) > 0 ? [] : set.GetViewBetween(probe, last);
    }

    private static StoredObject? Find(BucketContents contents, string key) =>
        contents.Objects.TryGetValue(new StoredObject { Key = key }, out var stored) ? stored : null;

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

    private List<PendingEvent>? EventsOf(Bucket bucket, EventContext context, string key, StoredObject? stored, long sequence)
    {
        var events = bucket.Notifications?
            .Where(configuration => configuration.Matches(context.EventName, key))
            .Select(configuration => new PendingEvent(
                Guid.NewGuid(),
                bucket.Name,
                configuration.TopicArn,
                EventMessage.Create(configuration, context, _options, bucket.Name, key, stored, sequence, _time.GetUtcNow()),
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
            var objects = _buckets[change.BucketName!].Objects;
            if (objects.TryGetValue(stored, out var replaced))
            {
                objects.Remove(replaced);
                released.AddRange(replaced.Segments);
            }

            objects.Add(stored);
            Retain(stored.Segments);
        }

        if (change.DeletedKey is { } key && Find(_buckets[change.BucketName!], key) is { } deleted)
        {
            _buckets[change.BucketName!].Objects.Remove(deleted);
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
        if (bytes >= CompactionBytes)
        {
            List<byte[]> live =
            [
                .. Snapshot().Select(change => JsonSerializer.SerializeToUtf8Bytes(change, StoreJsonContext.Default.StoreChange)),
            ];
            if (bytes >= 2 * live.Sum(record => (long)record.Length))
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

    /// <summary>The changes that lead from nothing to the present state.</summary>
    private IEnumerable<StoreChange> Snapshot()
    {
        yield return new StoreChange { Sequence = _sequence };
        foreach (var contents in _buckets.Values)
        {
            yield return new StoreChange { BucketName = contents.Bucket.Name, Bucket = contents.Bucket };
            foreach (var stored in contents.Objects)
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

    private sealed class BucketContents(Bucket bucket)
    {
        public Bucket Bucket { get; set; } = bucket;

        public SortedSet<StoredObject> Objects { get; } = new(Utf8KeyComparer.Instance);
    }
}
