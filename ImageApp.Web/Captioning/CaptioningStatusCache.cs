using ImageApp.Core.Catalogue;

namespace ImageApp.Web.Captioning;

/// <summary>How it is with captions as a whole, read at most every few seconds: every gallery page shows it.</summary>
internal sealed class CaptioningStatusCache(CaptioningState state, TimeProvider time)
{
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(2);
    private volatile Read? _last;

    /// <summary>The status, as it was moments ago.</summary>
    public async Task<CaptioningStatus> ReadAsync(CancellationToken cancellationToken)
    {
        if (_last is { } last && time.GetElapsedTime(last.At) < Age)
        {
            return last.Status;
        }

        var at = time.GetTimestamp();
        var status = await state.ReadAsync(cancellationToken);
        _last = new Read(status, at);
        return status;
    }

    /// <summary>Has the next page read it anew.</summary>
    public void Forget() => _last = null;

    private sealed record Read(CaptioningStatus Status, long At);
}
