using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ImageApp.LocalAws.Storage;

namespace ImageApp.LocalAws.S3;

/// <summary>
/// Buckets and objects on disk. Content goes to a file of its own; the object is there once its small metadata file has been renamed into
/// place, so a kill -9 leaves either the old object or the new one. Keys never become file names: metadata files are named by hash.
/// </summary>
internal sealed partial class BucketStore
{
    private readonly string _root;
    private readonly ConcurrentDictionary<string, BucketContents> _buckets = new(StringComparer.Ordinal);
    private long _lastSequence;

    public BucketStore(LocalAwsOptions options)
    {
        _root = Path.Combine(options.DataDirectory, "s3");
        Directory.CreateDirectory(_root);
        foreach (var folder in Directory.EnumerateDirectories(_root))
        {
            Load(folder);
        }
    }

    /// <summary>Every bucket.</summary>
    public IEnumerable<Bucket> Buckets => _buckets.Values.Select(contents => contents.Bucket).OrderBy(bucket => bucket.Name, StringComparer.Ordinal);

    /// <summary>Finds a bucket.</summary>
    /// <exception cref="AwsServiceException"><c>NoSuchBucket</c>.</exception>
    public BucketContents Get(string name) => _buckets.TryGetValue(name, out var contents)
        ? contents
        : throw new AwsServiceException("NoSuchBucket", $"The specified bucket does not exist: {name}", HttpStatusCode.NotFound);

    /// <summary>Creates a bucket; one that is already there is the caller's own and no error.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidBucketName</c>.</exception>
    public async Task<BucketContents> CreateAsync(string name, CancellationToken cancellationToken)
    {
        if (!ValidName().IsMatch(name) || name.Contains("..", StringComparison.Ordinal) || IPAddress.TryParse(name, out _))
        {
            throw new AwsServiceException("InvalidBucketName", $"'{name}' is not a valid bucket name: 3 to 63 lower-case letters, digits, dots and hyphens, starting and ending with a letter or digit.");
        }

        var contents = _buckets.GetOrAdd(name, _ => new BucketContents(new Bucket(name, DateTimeOffset.UtcNow), Path.Combine(_root, name)));
        Directory.CreateDirectory(contents.DataFolder);
        Directory.CreateDirectory(contents.ObjectFolder);
        await contents.SaveBucketAsync(contents.Bucket, cancellationToken);
        return contents;
    }

    /// <summary>Deletes an empty bucket.</summary>
    /// <exception cref="AwsServiceException"><c>BucketNotEmpty</c>.</exception>
    public void Delete(string name)
    {
        var contents = Get(name);
        if (contents.Count > 0)
        {
            throw new AwsServiceException("BucketNotEmpty", $"The bucket you tried to delete is not empty: {name} holds {contents.Count} objects.", HttpStatusCode.Conflict);
        }

        _buckets.TryRemove(name, out _);
        Directory.Delete(contents.Folder, recursive: true);
    }

    /// <summary>A number that only grows, as event sequencers and versions need it: also over restarts, since it starts from the clock.</summary>
    public string NextSequencer()
    {
        while (true)
        {
            var last = Interlocked.Read(ref _lastSequence);
            var next = Math.Max(last + 1, DateTimeOffset.UtcNow.Ticks);
            if (Interlocked.CompareExchange(ref _lastSequence, next, last) == last)
            {
                return next.ToString("X16", CultureInfo.InvariantCulture);
            }
        }
    }

    /// <summary>The metadata file's name for a key.</summary>
    public static string FileNameOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private void Load(string folder)
    {
        var path = Path.Combine(folder, "bucket.json");
        if (!File.Exists(path))
        {
            return;
        }

        var bucket = JsonSerializer.Deserialize(File.ReadAllBytes(path), StateJson.Default.Bucket) ?? throw new InvalidDataException($"{path} is empty.");
        var contents = new BucketContents(bucket, folder);
        contents.Load();
        _buckets[bucket.Name] = contents;
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
    private static partial Regex ValidName();
}
