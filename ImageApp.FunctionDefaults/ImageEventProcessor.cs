using System.Diagnostics;
using System.Security.Cryptography;
using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Formats;
using ImageApp.Core.Storage;
using ImageApp.FunctionDefaults.Events;
using Microsoft.Extensions.Logging;

namespace ImageApp.FunctionDefaults;

/// <summary>
/// What a function does with an event: fetch each new original, record it, and run the function's step once; let each one leave that is
/// gone. Delivery is at least once and in any order, so the bucket itself is asked what there is, and results belong to key and content.
/// </summary>
internal sealed partial class ImageEventProcessor(
    ImageBucket bucket,
    ImageLimits limits,
    StepResults catalogue,
    CatalogueLock locks,
    OriginalRemoval removal,
    IImageStep step,
    StepTelemetry telemetry,
    TimeProvider time,
    ILogger<ImageEventProcessor> logger)
{
    private const int BufferSize = 256 * 1024;
    private static readonly TimeSpan ClaimWait = TimeSpan.FromSeconds(60);

    /// <summary>Processes every message of one invocation.</summary>
    /// <param name="messages">The S3 notifications, as SNS carried them.</param>
    /// <param name="traceHeader">The invocation's X-Ray trace header; null where there is none.</param>
    /// <param name="cancellationToken">Cancelled before the invocation's deadline.</param>
    /// <exception cref="AggregateException">
    /// One or more images failed for a reason that may pass: the invocation must be retried.
    /// </exception>
    public async Task ProcessAsync(IEnumerable<string> messages, string? traceHeader, CancellationToken cancellationToken)
    {
        var failures = new List<Exception>();
        foreach (var item in messages.SelectMany(S3EventNotification.Parse))
        {
            if (!(item.IsObjectCreated || item.IsObjectRemoved) || item.Bucket != bucket.Name || !ImageKey.IsImageKey(item.Key))
            {
                LogIgnored(logger, item.EventName, item.Bucket, item.Key);
                continue;
            }

            try
            {
                if (item.IsObjectRemoved)
                {
                    await RemoveAsync(item.Key, cancellationToken);
                }
                else
                {
                    await ProcessAsync(item.Key, StepTelemetry.ParseXRay(traceHeader), cancellationToken);
                }
            }
            catch (Exception e)
            {
                // Every image gets its chance; then the invocation fails as a whole and is retried, where finished ones are skipped.
                LogFailed(logger, e, step.Name, item.Key);
                failures.Add(e);
            }
        }

        if (failures.Count > 0)
        {
            var messagesOfAll = string.Join("; ", failures.Select(failure => failure.Message));
            throw new AggregateException($"{failures.Count} image(s) could not be processed this time: {messagesOfAll}", failures);
        }
    }

    // Under the step's lock: what is made of an original that is put meanwhile is made afterwards.
    private async Task RemoveAsync(string key, CancellationToken cancellationToken)
    {
        await using var claim = await locks.ClaimStepAsync(step.Name, key, ClaimWait, cancellationToken)
            ?? throw new TimeoutException($"Another invocation still works on the {step.Name} of '{key}'.");
        if (!await removal.MarkAsync(key, cancellationToken))
        {
            LogThereAgain(logger, key);
            return;
        }

        await step.DiscardAsync(key, await catalogue.FindAsync(key, cancellationToken), cancellationToken);
        LogRemoved(logger, key);
    }

    private async Task ProcessAsync(string key, ActivityContext invocation, CancellationToken cancellationToken)
    {
        var started = time.GetUtcNow();
        using var found = await bucket.OpenAsync(key, ifNoneMatch: null, cancellationToken);
        if (found is null)
        {
            LogGone(logger, key);
            return;
        }

        // Only now, since the object says which trace it belongs to.
        using var span = telemetry.Start(invocation, found.TraceParent, started);
        span?.SetTag("aws.s3.bucket", bucket.Name).SetTag("aws.s3.key", key).SetTag("messaging.system", "aws_sns");
        var result = "transient-error";
        try
        {
            result = await RunStepAsync(key, found, started, cancellationToken);
        }
        catch (Exception e)
        {
            span?.SetStatus(ActivityStatusCode.Error, e.Message).AddException(e);
            throw;
        }
        finally
        {
            span?.SetTag("imageapp.result", result);
            telemetry.Count(result, time.GetUtcNow() - started);
        }
    }

    private async Task<string> RunStepAsync(string key, StoredObject found, DateTimeOffset started, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Path.GetTempPath(), $"imageapp-{Guid.NewGuid():N}");
        try
        {
            var (start, hash) = await FetchAsync(found, path, started, cancellationToken);
            var format = ImageFormat.TrySniff(start);
            var name = PlainText.FileName(found.FileName ?? key);
            var observed = new ObservedObject(key, found.ETag, found.Length, format?.ContentType, name)
            {
                ContentHash = hash,
                Step = step.Name,
            };
            var row = await catalogue.ObserveAsync(observed, cancellationToken);
            if (row.IsDeletionFinal)
            {
                LogDeleted(logger, key);
                return "obsolete";
            }

            var etag = row.ObjectETag;

            await using var claim = await locks.ClaimStepAsync(step.Name, key, ClaimWait, cancellationToken)
                ?? throw new TimeoutException($"Another invocation still works on the {step.Name} of '{key}'.");
            if (await catalogue.FindAsync(key, cancellationToken) is not { } image || image.ObjectETag != etag || step.IsDone(image))
            {
                LogDuplicate(logger, step.Name, key);
                return "duplicate";
            }

            return await RunStepAsync(new SourceImage(key, etag!, path, format!), start, found.Length, cancellationToken);
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
            LogDone(logger, step.Name, image.Key, result);
            return result;
        }
        catch (ImageFailureException e)
        {
            LogImpossible(logger, step.Name, image.Key, e.Reason.Code, e.Message);
            await step.SaveFailureAsync(image.Key, image.ETag, e.Reason, cancellationToken);

            // A wrong setting spends no dead letter: the reason is shown, and the reconciler tries again.
            return e.Reason.IsFinal ? "permanent-error" : "setting-error";
        }
    }

    private void Check(ImageFormat? format, byte[] start, long size)
    {
        var reason = size == 0 ? FailureReason.EmptyFile
            : size > limits.MaxBytes ? FailureReason.FileTooLarge(size, limits.MaxBytes)
            : format is null ? FailureReason.Refused(start)
            : null;
        if (reason is not null)
        {
            throw new ImageFailureException(reason);
        }
    }

    // Content that is too large is never fetched whole: its first bytes tell the format, and the size is known.
    private async Task<(byte[] Start, byte[]? Hash)> FetchAsync(
        StoredObject found, string path, DateTimeOffset started, CancellationToken cancellationToken)
    {
        using var span = Activity.Current is { } current
            ? ImageAppTelemetry.Source.StartActivity("fetch", ActivityKind.Client, current.Context, startTime: started)
            : null;
        var start = new byte[ImageFormat.SniffLength];
        var read = await found.Content.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
        if (found.Length <= limits.MaxBytes)
        {
            // Written at once, to the kernel's memory: a thread for each part would take longer than the parts.
            using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[BufferSize];
            start.AsSpan(0, read).CopyTo(buffer);
            var written = 0L;
            for (var filled = read + await FillAsync(read); filled > 0; filled = await FillAsync(0))
            {
                hash.AppendData(buffer, 0, filled);
                RandomAccess.Write(file, buffer.AsSpan(0, filled), written);
                written += filled;
            }

            return (start[..read], hash.GetHashAndReset());

            ValueTask<int> FillAsync(int from) => found.Content.ReadAtLeastAsync(
                buffer.AsMemory(from), buffer.Length - from, throwOnEndOfStream: false, cancellationToken);
        }

        return (start[..read], null);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Ignored: {EventName} of {Bucket}/{Key}")]
    private static partial void LogIgnored(ILogger logger, string eventName, string bucket, string key);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Key} is no longer there; nothing to do")]
    private static partial void LogGone(ILogger logger, string key);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Key} was removed, and is there again; nothing to do")]
    private static partial void LogThereAgain(ILogger logger, string key);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Key} was removed from the bucket, and from the gallery")]
    private static partial void LogRemoved(ILogger logger, string key);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Key} was put after its picture was deleted for good; it is deleted, too")]
    private static partial void LogDeleted(ILogger logger, string key);

    [LoggerMessage(Level = LogLevel.Information, Message = "The {Step} of {Key} is done already")]
    private static partial void LogDuplicate(ILogger logger, string step, string key);

    [LoggerMessage(Level = LogLevel.Information, Message = "The {Step} of {Key}: {Result}")]
    private static partial void LogDone(ILogger logger, string step, string key, string result);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The {Step} of {Key} is impossible ({Code}): {Reason}")]
    private static partial void LogImpossible(ILogger logger, string step, string key, string code, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The {Step} of {Key} failed this time")]
    private static partial void LogFailed(ILogger logger, Exception exception, string step, string key);
}
