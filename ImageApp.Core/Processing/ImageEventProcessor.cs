using System.Diagnostics;
using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Events;
using ImageApp.Core.Formats;
using ImageApp.Core.Storage;
using Microsoft.Extensions.Logging;

namespace ImageApp.Core.Processing;

/// <summary>
/// What both functions do with an event: fetch each new original, record it, and run the function's step once. Delivery is at least once
/// and in any order, so everything is keyed by object key and eTag, as the object itself reports them.
/// </summary>
public sealed partial class ImageEventProcessor(
    IAmazonS3 s3, BucketOptions bucket, ImageLimits limits, ImageCatalogue catalogue, IImageStep step, ILogger<ImageEventProcessor> logger)
{
    private const int BufferSize = 64 * 1024;
    private static readonly TimeSpan ClaimWait = TimeSpan.FromSeconds(60);

    /// <summary>Processes every message of one invocation.</summary>
    /// <param name="messages">The S3 notifications, as SNS carried them.</param>
    /// <param name="traceHeader">The invocation's X-Ray trace header; null where there is none.</param>
    /// <param name="cancellationToken">Cancelled before the invocation's deadline.</param>
    /// <exception cref="AggregateException">One or more images failed for a reason that may pass: the invocation must be retried.</exception>
    public async Task ProcessAsync(IEnumerable<string> messages, string? traceHeader, CancellationToken cancellationToken)
    {
        var failures = new List<Exception>();
        foreach (var item in messages.SelectMany(S3EventNotification.Parse))
        {
            if (!item.IsObjectCreated || item.Bucket != bucket.BucketName || !ImageKey.IsImageKey(item.Key))
            {
                LogIgnored(logger, item.EventName, item.Bucket, item.Key);
                continue;
            }

            try
            {
                await ProcessAsync(item, ProcessingTelemetry.ParseXRay(traceHeader), cancellationToken);
            }
            catch (Exception e)
            {
                // Every image gets its chance; then the invocation fails as a whole and is retried, where finished ones are skipped.
                LogFailed(logger, e, step.Kind, item.Key);
                failures.Add(e);
            }
        }

        if (failures.Count > 0)
        {
            throw new AggregateException($"{failures.Count} image(s) could not be processed this time: {string.Join("; ", failures.Select(failure => failure.Message))}", failures);
        }
    }

    private async Task ProcessAsync(S3ObjectEvent item, ActivityContext invocation, CancellationToken cancellationToken)
    {
        var started = DateTimeOffset.UtcNow;
        GetObjectResponse found;
        try
        {
            found = await s3.GetObjectAsync(bucket.BucketName, item.Key, cancellationToken);
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            LogGone(logger, item.Key);
            return;
        }

        using (found)
        using (var span = StartSpan(invocation, found.Metadata[ObjectStorage.TraceParentMetadata], started))
        {
            span?.SetTag("aws.s3.bucket", bucket.BucketName).SetTag("aws.s3.key", item.Key).SetTag("messaging.system", "aws_sns");
            var result = "transient-error";
            try
            {
                result = await RunStepAsync(item.Key, found, cancellationToken);
            }
            catch (Exception e)
            {
                span?.SetStatus(ActivityStatusCode.Error, e.Message).AddException(e);
                throw;
            }
            finally
            {
                span?.SetTag("imageapp.result", result);
                ProcessingTelemetry.Count(step.Kind, result, DateTimeOffset.UtcNow - started);
            }
        }
    }

    // The uploader's trace is the one that matters. The invocation's context is deeper in it, unless the event came through services
    // that started a trace of their own; then it is linked.
    private Activity? StartSpan(ActivityContext invocation, string? traceParent, DateTimeOffset started)
    {
        var hasUploader = ActivityContext.TryParse(traceParent, null, isRemote: true, out var uploader);
        var parent = !hasUploader || uploader.TraceId == invocation.TraceId ? invocation : uploader;
        var links = parent != invocation && invocation != default ? new[] { new ActivityLink(invocation) } : null;
        return ProcessingTelemetry.Source.StartActivity($"{step.Kind} image", ActivityKind.Consumer, parent, tags: null, links, started);
    }

    private async Task<string> RunStepAsync(string key, GetObjectResponse found, CancellationToken cancellationToken)
    {
        var etag = found.ETag.Trim('"');
        if (key.Length > ImageKey.MaxLength)
        {
            // There is no row that could hold the reason.
            LogKeyTooLong(logger, key.Length, ImageKey.MaxLength, key);
            return "permanent-error";
        }

        var path = Path.Combine(Path.GetTempPath(), $"imageapp-{Guid.NewGuid():N}");
        try
        {
            var start = await FetchAsync(found, path, cancellationToken);
            var format = ImageFormat.TrySniff(start);
            var name = found.Metadata[ObjectStorage.FileNameMetadata] is { Length: > 0 } encoded ? Uri.UnescapeDataString(encoded) : key;
            await catalogue.ObserveObjectAsync(new ObservedObject(key, etag, found.ContentLength, format?.ContentType, FileNames.Clean(name)), cancellationToken);

            await using var claim = await catalogue.ClaimAsync(step.Kind, key, ClaimWait, cancellationToken)
                ?? throw new TimeoutException($"Another invocation still works on the {step.Kind} of '{key}'.");
            if (await catalogue.FindByKeyAsync(key, cancellationToken) is not { } image || image.ObjectETag != etag || image.IsDone(step.Kind, etag))
            {
                LogDuplicate(logger, step.Kind, key);
                return "duplicate";
            }

            return await RunStepAsync(new SourceImage(key, etag, path, format!), start, found.ContentLength, cancellationToken);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private async Task<string> RunStepAsync(SourceImage image, byte[] start, long size, CancellationToken cancellationToken)
    {
        try
        {
            Check(image.Format, start, size);
            var result = await step.RunAsync(image, cancellationToken);
            LogDone(logger, step.Kind, image.Key, result);
            return result;
        }
        catch (PermanentImageException e)
        {
            LogPermanent(logger, step.Kind, image.Key, e.Message);
            _ = step.Kind == PipelineStep.Thumbnail
                ? await catalogue.SaveThumbnailErrorAsync(image.Key, image.ETag, e.Message, cancellationToken)
                : await catalogue.SaveCaptionErrorAsync(image.Key, image.ETag, e.Message, cancellationToken);
            return "permanent-error";
        }
    }

    private void Check(ImageFormat? format, byte[] start, long size)
    {
        if (size == 0)
        {
            throw new PermanentImageException("The file is empty.");
        }

        if (size > limits.MaxBytes)
        {
            throw new PermanentImageException($"The file has {Math.Ceiling(size / 100_000.0) / 10:0.0} MB; at most {limits.MaxBytes / 1_000_000.0:0.#} MB are allowed.");
        }

        if (format is null)
        {
            throw new PermanentImageException(RefusedFormat.SentenceFor(start));
        }
    }

    // Content that is too large is never fetched whole: its first bytes tell the format, and the size is known.
    private async Task<byte[]> FetchAsync(GetObjectResponse found, string path, CancellationToken cancellationToken)
    {
        var start = new byte[ImageFormat.SniffLength];
        var read = await found.ResponseStream.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
        if (found.ContentLength <= limits.MaxBytes)
        {
            await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferSize, FileOptions.Asynchronous);
            await file.WriteAsync(start.AsMemory(0, read), cancellationToken);
            await found.ResponseStream.CopyToAsync(file, BufferSize, cancellationToken);
        }

        return start[..read];
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Ignored: {EventName} of {Bucket}/{Key}")]
    private static partial void LogIgnored(ILogger logger, string eventName, string bucket, string key);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Key} is no longer there; nothing to do")]
    private static partial void LogGone(ILogger logger, string key);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Step} of {Key} is done already")]
    private static partial void LogDuplicate(ILogger logger, PipelineStep step, string key);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Step} of {Key}: {Result}")]
    private static partial void LogDone(ILogger logger, PipelineStep step, string key, string result);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Step} of {Key} is impossible: {Reason}")]
    private static partial void LogPermanent(ILogger logger, PipelineStep step, string key, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Step} of {Key} failed this time")]
    private static partial void LogFailed(ILogger logger, Exception exception, PipelineStep step, string key);

    [LoggerMessage(Level = LogLevel.Error, Message = "A key of {Length} characters is longer than the catalogue's {MaxLength}; the object is left alone: {Key}")]
    private static partial void LogKeyTooLong(ILogger logger, int length, int maxLength, string key);
}
