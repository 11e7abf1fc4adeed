using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using ImageApp.LocalAws.Storage;

namespace ImageApp.LocalAws.S3;

/// <summary>One bucket's objects and uploads under way.</summary>
internal sealed class BucketContents(Bucket bucket, string folder)
{
    private static readonly Comparer<string> Utf8Order = Comparer<string>.Create((a, b) => Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b)));
    private readonly SortedDictionary<string, StoredObject> _objects = new(Utf8Order);
    private readonly Lock _lock = new();

    /// <summary>Uploads under way, by id.</summary>
    public ConcurrentDictionary<string, MultipartUpload> Uploads { get; } = new(StringComparer.Ordinal);

    /// <summary>The bucket as it is configured now.</summary>
    public Bucket Bucket { get; private set; } = bucket;

    public string Folder => folder;

    public string DataFolder { get; } = Path.Combine(folder, "data");

    public string ObjectFolder { get; } = Path.Combine(folder, "objects");

    private string UploadFolder { get; } = Path.Combine(folder, "uploads");

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _objects.Count;
            }
        }
    }

    /// <summary>Reads what an earlier run left and removes content that belongs to nothing: it was never acknowledged.</summary>
    public void Load()
    {
        Directory.CreateDirectory(DataFolder);
        Directory.CreateDirectory(ObjectFolder);
        Directory.CreateDirectory(UploadFolder);
        foreach (var path in Directory.EnumerateFiles(ObjectFolder, "*.json"))
        {
            var item = JsonSerializer.Deserialize(File.ReadAllBytes(path), StateJson.Default.StoredObject)!;
            _objects[item.Key] = item;
        }

        foreach (var path in Directory.EnumerateFiles(UploadFolder, "*.json"))
        {
            var upload = JsonSerializer.Deserialize(File.ReadAllBytes(path), StateJson.Default.MultipartUpload)!;
            Uploads[upload.UploadId] = upload;
        }

        var used = _objects.Values.Select(item => item.DataFile).Concat(Uploads.Values.SelectMany(upload => upload.Parts.Values).Select(part => part.DataFile)).ToHashSet();
        foreach (var path in Directory.EnumerateFiles(DataFolder).Where(path => !used.Contains(Path.GetFileName(path))))
        {
            File.Delete(path);
        }
    }

    public async Task SaveBucketAsync(Bucket changed, CancellationToken cancellationToken)
    {
        await AtomicFile.WriteAsync(Path.Combine(folder, "bucket.json"), JsonSerializer.SerializeToUtf8Bytes(changed, StateJson.Default.Bucket), cancellationToken);
        Bucket = changed;
    }

    public StoredObject? Find(string key)
    {
        lock (_lock)
        {
            return _objects.GetValueOrDefault(key);
        }
    }

    /// <summary>Finds an object.</summary>
    /// <exception cref="AwsServiceException"><c>NoSuchKey</c>.</exception>
    public StoredObject Get(string key) =>
        Find(key) ?? throw new AwsServiceException("NoSuchKey", $"The specified key does not exist: {key}", HttpStatusCode.NotFound);

    /// <summary>Opens an object's content; a later write or delete does not disturb the reader.</summary>
    public FileStream? OpenRead(StoredObject item)
    {
        try
        {
            return new FileStream(Path.Combine(DataFolder, item.DataFile), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.Asynchronous);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Makes the object visible: the moment it exists.</summary>
    /// <param name="item">The object.</param>
    /// <param name="condition">Checked against the current object in the same moment; throws to refuse.</param>
    public void Put(StoredObject item, Action<StoredObject?> condition)
    {
        StoredObject? old;
        lock (_lock)
        {
            old = _objects.GetValueOrDefault(item.Key);
            condition(old);
            WriteNow(Path.Combine(ObjectFolder, BucketStore.FileNameOf(item.Key) + ".json"), JsonSerializer.SerializeToUtf8Bytes(item, StateJson.Default.StoredObject));
            _objects[item.Key] = item;
        }

        if (old is not null && old.DataFile != item.DataFile)
        {
            File.Delete(Path.Combine(DataFolder, old.DataFile));
        }
    }

    /// <summary>Deletes an object.</summary>
    /// <returns>What there was.</returns>
    public StoredObject? Delete(string key)
    {
        StoredObject? old;
        lock (_lock)
        {
            if (!_objects.Remove(key, out old))
            {
                return null;
            }

            File.Delete(Path.Combine(ObjectFolder, BucketStore.FileNameOf(key) + ".json"));
        }

        File.Delete(Path.Combine(DataFolder, old.DataFile));
        return old;
    }

    /// <summary>Every object whose key starts with <paramref name="prefix"/> and comes after <paramref name="after"/>, in the order of their UTF-8 bytes.</summary>
    public List<StoredObject> List(string prefix, string after)
    {
        lock (_lock)
        {
            return [.. _objects.Values.Where(item => item.Key.StartsWith(prefix, StringComparison.Ordinal) && (after.Length == 0 || Utf8Order.Compare(item.Key, after) > 0))];
        }
    }

    public async Task SaveUploadAsync(MultipartUpload upload, CancellationToken cancellationToken)
    {
        await AtomicFile.WriteAsync(Path.Combine(UploadFolder, upload.UploadId + ".json"), JsonSerializer.SerializeToUtf8Bytes(upload, StateJson.Default.MultipartUpload), cancellationToken);
        Uploads[upload.UploadId] = upload;
    }

    public void RemoveUpload(MultipartUpload upload)
    {
        Uploads.TryRemove(upload.UploadId, out _);
        File.Delete(Path.Combine(UploadFolder, upload.UploadId + ".json"));
        foreach (var part in upload.Parts.Values)
        {
            File.Delete(Path.Combine(DataFolder, part.DataFile));
        }
    }

    // Small and under the lock: the file and the index change together.
    private static void WriteNow(string path, byte[] content)
    {
        var temporary = path + ".tmp";
        File.WriteAllBytes(temporary, content);
        File.Move(temporary, path, overwrite: true);
    }
}
