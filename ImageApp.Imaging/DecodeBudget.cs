using System.Runtime.CompilerServices;
using ImageApp.Core;
using ImageApp.Core.Formats;

namespace ImageApp.Imaging;

/// <summary>
/// What decoding one file may take. Decoders of other people's making cannot be stopped half way, and one of a file made for it can run
/// for hours or take all memory: such a decode is left to itself, its file has a reason, and the process ends after its answer.
/// </summary>
public sealed class DecodeBudget
{
    /// <summary>The memory that decoding may take whatever the header says, in bytes (256 MB).</summary>
    public const long LeastBytes = 256L * 1024 * 1024;

    // Rows on their way, and the picture of the largest rendition with the encoder's copy of it.
    private const long PipelineBytes = 96L * 1024 * 1024;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);
    private static volatile bool _hasRunaway;

    // A picture of so many is read and made smaller in the time that every file has; one of a hundred megapixels takes twice as long.
    private const double PixelsInTime = 50e6;

    private readonly ImageFormat _format;
    private readonly ImageLimits _limits;
    private readonly long _before = Environment.WorkingSet;
    private long _bytes = LeastBytes;
    private double _times = 1;
    private TimeSpan _spent;
    private bool _isLeft;

    private DecodeBudget(ImageFormat format, ImageLimits limits) => (_format, _limits) = (format, limits);

    /// <summary>Whether a decode runs in this process that nobody waits for any more. There is no way to stop it but the process's end.
    /// </summary>
    public static bool HasRunaway => _hasRunaway;

    /// <summary>Allows what a header announces, which has been checked against <see cref="ImageLimits.MaxDecodeBytes"/>.</summary>
    public void Admit(ImageHeader header)
    {
        Interlocked.Exchange(ref _bytes, Math.Max(LeastBytes, header.DecodeBytes + PipelineBytes));
        Interlocked.Exchange(ref _times, Math.Max(1, (double)header.Width * header.Height / PixelsInTime));
    }

    /// <summary>Runs a decode on a thread of its own and looks what it takes. One at a time: the process is what is looked at.</summary>
    /// <param name="format">The file's format, for messages.</param>
    /// <param name="limits">What is allowed; of time it is the processor's, so that a busy or frozen machine ends nothing.</param>
    /// <param name="decode">The decode.</param>
    /// <param name="cancellationToken">Ends the wait, as the budget does: for a decoder that waits and does nothing.</param>
    /// <exception cref="ImageFailureException">The decode took too much, or has a reason of its own.</exception>
    public static Task<T> SpendAsync<T>(
        ImageFormat format, ImageLimits limits, Func<DecodeBudget, T> decode, CancellationToken cancellationToken)
    {
        var budget = new DecodeBudget(format, limits);
        return budget.RunAsync(() => decode(budget), cancellationToken);
    }

    /// <summary>
    /// Runs a decode that has several results, each when it is asked for, out of one budget; what is done with them between is not counted.
    /// </summary>
    /// <param name="format">The file's format, for messages.</param>
    /// <param name="limits">What is allowed.</param>
    /// <param name="decode">The decode; its results come as they are enumerated.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ImageFailureException">The decode took too much, or has a reason of its own.</exception>
    public static async IAsyncEnumerable<T> SpendEachAsync<T>(
        ImageFormat format,
        ImageLimits limits,
        Func<DecodeBudget, IEnumerable<T>> decode,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var budget = new DecodeBudget(format, limits);
        var results = decode(budget).GetEnumerator();
        try
        {
            while (await budget.RunAsync(results.MoveNext, cancellationToken))
            {
                yield return results.Current;
            }
        }
        finally
        {
            // One that still runs keeps what it works on.
            if (!budget._isLeft)
            {
                results.Dispose();
            }
        }
    }

    private async Task<T> RunAsync<T>(Func<T> decode, CancellationToken cancellationToken)
    {
        using var span = ImageAppTelemetry.Source.StartActivity("decode");
        span?.SetTag("image.format", _format.Name);
        var started = Environment.CpuUsage.TotalTime - _spent;
        var work = Task.Factory.StartNew(decode, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        while (await Task.WhenAny(work, Task.Delay(LookEvery, cancellationToken)) != work)
        {
            var allowed = Interlocked.Read(ref _bytes);
            var most = _limits.MaxDecodeTime * Interlocked.CompareExchange(ref _times, 0, 0);
            var reason = Environment.CpuUsage.TotalTime - started > most ? FailureReason.DecodeTooLong(_format, most)
                : Environment.WorkingSet - _before > allowed ? FailureReason.DecodeTooLarge(_format, allowed)
                : null;
            if (reason is null && !cancellationToken.IsCancellationRequested)
            {
                continue;
            }

            _hasRunaway = _isLeft = true;
            _ = work.ContinueWith(
                late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw reason is null ? new OperationCanceledException(cancellationToken) : new ImageFailureException(reason);
        }

        _spent = Environment.CpuUsage.TotalTime - started;
        return await work;
    }
}
