using System.Security.Cryptography;
using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Formats;
using ImageApp.Core.Storage;
using ImageApp.Web.Content;
using ImageApp.Web.Hosting;

namespace ImageApp.Web.Uploads;

/// <summary>Takes a file: looks at its content, makes its row, then its object.</summary>
internal sealed partial class ImageUploader(
    UploadCatalogue catalogue,
    GalleryCatalogue gallery,
    ImageBucket bucket,
    ImageLimits limits,
    UploadMetrics metrics,
    TimeProvider time,
    ILogger<ImageUploader> logger)
{
    private const string SignatureParameter = "X-Amz-Signature=";
    private static readonly string NoSignature = new('0', 64);

    /// <summary>Takes one file of unknown length, spooling it to disk so that memory stays bounded.</summary>
    /// <param name="fileName">The name the uploader sent.</param>
    /// <param name="content">The file's bytes; read to the end only where the file is taken.</param>
    /// <param name="unique">Whether it is taken only where there is no picture with the same content.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    /// <exception cref="MySqlConnector.MySqlException">The database is away; nothing was stored.</exception>
    public Task<UploadOutcome> UploadAsync(string? fileName, Stream content, bool unique, CancellationToken cancellationToken) =>
        UploadAsync(fileName, content, unique, prepare: null, cancellationToken);

    /// <summary>Takes one file of unknown length, of which more is known than is in it.</summary>
    /// <param name="fileName">The name the uploader sent.</param>
    /// <param name="content">The file's bytes; read to the end only where the file is taken.</param>
    /// <param name="unique">Whether it is taken only where there is no picture with the same content.</param>
    /// <param name="prepare">Completes the row, by its id, before the object is put; null where nothing more is known.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    /// <exception cref="MySqlConnector.MySqlException">The database is away; nothing was stored.</exception>
    public async Task<UploadOutcome> UploadAsync(
        string? fileName,
        Stream content,
        bool unique,
        Func<long, CancellationToken, Task>? prepare,
        CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var outcome = await TakeAsync(PlainText.FileName(fileName), content, unique, prepare, cancellationToken);
        metrics.CountUpload(outcome.Problem?.Name ?? "stored", outcome.Image?.SizeBytes ?? 0, time.GetElapsedTime(started));
        return outcome;
    }

    /// <summary>Makes the row of a file that a browser puts into the bucket itself, and says where.</summary>
    /// <param name="request">What the browser says of the file: the functions look at the content.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="MySqlConnector.MySqlException">The database is away; nothing was stored.</exception>
    public async Task<PresignOutcome> PresignAsync(PresignRequest request, CancellationToken cancellationToken)
    {
        var fileName = PlainText.FileName(request.FileName);
        if (request.SizeBytes <= 0)
        {
            return new(null, UploadProblems.Empty(fileName));
        }

        var start = request.Start ?? [];
        if (request.SizeBytes > limits.MaxBytes)
        {
            return new(null, TooLarge(fileName, start));
        }

        var sniffed = start.Length > 0 ? ImageFormat.TrySniff(start) : ImageFormat.OfContentType(request.ContentType);
        if (sniffed is not { } format)
        {
            return new(null, UploadProblems.Unsupported(fileName, start));
        }

        if (request is { Sha256: { } hash, Again: false })
        {
            if (hash.Length != SHA256.HashSizeInBytes)
            {
                return new(null, UploadProblems.BadHash(fileName));
            }

            if (await gallery.FindByHashAsync(hash, cancellationToken) is { } same)
            {
                return new(null, UploadProblems.AlreadyHere(fileName, same));
            }
        }

        var key = ImageKey.New(format.Extension);
        var id = await catalogue.AddAsync(new NewImage(key, fileName, format.ContentType, request.SizeBytes), cancellationToken);
        var upload = await bucket.PresignUploadAsync(key, format.ContentType, request.SizeBytes, fileName, UploadCatalogue.GrantValidity);
        return new(new PresignResponse(id, key, upload.Url, HttpMethods.Put, upload.Headers, upload.ExpiresAt), null);
    }

    /// <summary>Makes a presigned PUT whose signature is none, so that it changes nothing whoever sends it.</summary>
    public async Task<ProbeResponse> ProbeAsync()
    {
        var format = ImageFormat.Jpeg;
        var upload = await bucket.PresignUploadAsync(
            ImageKey.New(format.Extension), format.ContentType, sizeBytes: 1, fileName: "probe", UploadCatalogue.GrantValidity);
        var query = upload.Url.IndexOf('?', StringComparison.Ordinal);
        var parts = upload.Url[(query + 1)..].Split('&')
            .Select(part => part.StartsWith(SignatureParameter, StringComparison.Ordinal) ? $"{SignatureParameter}{NoSignature}" : part);
        return new($"{upload.Url[..query]}?{string.Join('&', parts)}", HttpMethods.Put, upload.Headers);
    }

    private async Task<ImageRecord?> FindSameAsync(byte[] hash, CancellationToken cancellationToken)
    {
        if (await gallery.FindByHashAsync(hash, cancellationToken) is { } image)
        {
            return image;
        }

        // A process that died between object and answer: whoever was not answered sends the file again.
        foreach (var unfinished in await catalogue.ListUnfinishedAsync(hash, cancellationToken))
        {
            if (await bucket.FindOriginalAsync(unfinished.Key, cancellationToken) is { } original)
            {
                return await catalogue.MarkUploadedAsync(unfinished.Id, original.ETag, original.SizeBytes, cancellationToken);
            }
        }

        return null;
    }

    private async Task<UploadOutcome> TakeAsync(
        string fileName,
        Stream content,
        bool unique,
        Func<long, CancellationToken, Task>? prepare,
        CancellationToken cancellationToken)
    {
        await using var spool = SpoolFile.Create();
        using var checksum = ObjectChecksum.Crc32();
        using var sha256 = unique ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;

        var buffer = new byte[SpoolFile.BufferBytes];
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (spool.Length + read > limits.MaxBytes)
            {
                return new(null, TooLarge(fileName, await ReadStartAsync(spool, cancellationToken)));
            }

            checksum.Append(buffer.AsSpan(0, read));
            sha256?.AppendData(buffer, 0, read);
            await spool.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        if (spool.Length == 0)
        {
            return new(null, UploadProblems.Empty(fileName));
        }

        var start = await ReadStartAsync(spool, cancellationToken);
        if (ImageFormat.TrySniff(start) is not { } format)
        {
            return new(null, UploadProblems.Unsupported(fileName, start));
        }

        var hash = sha256?.GetHashAndReset();
        if (hash is not null && await FindSameAsync(hash, cancellationToken) is { } same)
        {
            return new(null, UploadProblems.AlreadyHere(fileName, same));
        }

        spool.Position = 0;
        return await StoreAsync(fileName, format, hash, spool, checksum, prepare, cancellationToken);
    }

    // A film is not made a picture by making it smaller.
    private ApiProblem TooLarge(string fileName, byte[] start) => RefusedFormat.Identify(start) is null
        ? UploadProblems.TooLarge(fileName, limits)
        : UploadProblems.Unsupported(fileName, start);

    private static async Task<byte[]> ReadStartAsync(FileStream spool, CancellationToken cancellationToken)
    {
        var start = new byte[ImageFormat.SniffLength];
        spool.Position = 0;
        return start[..await spool.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken)];
    }

    private async Task<UploadOutcome> StoreAsync(
        string fileName,
        ImageFormat format,
        byte[]? hash,
        FileStream content,
        ObjectChecksum checksum,
        Func<long, CancellationToken, Task>? prepare,
        CancellationToken cancellationToken)
    {
        var size = content.Length;
        var key = ImageKey.New(format.Extension);
        var id = await catalogue.AddAsync(new NewImage(key, fileName, format.ContentType, size) { ContentHash = hash }, cancellationToken);
        if (prepare is not null)
        {
            await prepare(id, cancellationToken);
        }

        string etag;
        try
        {
            etag = await bucket.PutOriginalAsync(key, content, checksum, format.ContentType, fileName, cancellationToken);
        }
        catch (BucketUnavailableException e)
        {
            LogNotStored(logger, e, key);
            await catalogue.WithdrawAsync(id, CancellationToken.None);
            return new(null, UploadProblems.StorageAway(fileName));
        }
        catch (OperationCanceledException)
        {
            // Whether the object arrived is unknown: the reconciler finds the row and looks.
            LogGivenUp(logger, key);
            throw;
        }

        LogStored(logger, id, key, size);
        var image = await catalogue.MarkUploadedAsync(id, etag, size, cancellationToken);
        return new(image ?? throw new InvalidOperationException($"Row {id} was deleted while its object was being put."), null);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Image {Id} stored as {Key}, {Bytes} bytes")]
    private static partial void LogStored(ILogger logger, long id, string key, long bytes);

    [LoggerMessage(Level = LogLevel.Error, Message = "Object {Key} could not be put")]
    private static partial void LogNotStored(ILogger logger, Exception exception, string key);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The client left while object {Key} was being put")]
    private static partial void LogGivenUp(ILogger logger, string key);
}
