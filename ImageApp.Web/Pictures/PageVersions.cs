using System.Collections.Concurrent;
using ImageApp.Core.Catalogue;

namespace ImageApp.Web.Pictures;

/// <summary>
/// Reads what pages are made of, once for all requests that wait for the same. None is answered by what was begun to be read before it
/// came, so none misses a change that it could have seen alone.
/// </summary>
/// <param name="read">Reads one: <see cref="GalleryCatalogue.ReadVersionAsync"/>.</param>
/// <param name="stopping">Ends the reading.</param>
internal sealed class PageVersions(Func<ImageQuery, CancellationToken, Task<PageVersion>> read, CancellationToken stopping)
{
    private readonly ConcurrentDictionary<ImageQuery, Reading> _readings = [];

    /// <summary>The version of a page as it is at the moment, or became since.</summary>
    /// <param name="query">The page.</param>
    /// <param name="cancellationToken">Ends the waiting; others may still wait.</param>
    public Task<PageVersion> ReadAsync(ImageQuery query, CancellationToken cancellationToken)
    {
        while (true)
        {
            var reading = _readings.GetOrAdd(query, static _ => new Reading());
            lock (reading)
            {
                if (reading.IsOver)
                {
                    continue;
                }

                if (reading.Running is null)
                {
                    return (reading.Running = RunAsync(query, reading)).WaitAsync(cancellationToken);
                }

                // What runs may have read already what has changed since.
                reading.Next ??= NextAsync(query, reading, reading.Running);
                return reading.Next.WaitAsync(cancellationToken);
            }
        }
    }

    private async Task<PageVersion> NextAsync(ImageQuery query, Reading reading, Task<PageVersion> running)
    {
        await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await RunAsync(query, reading);
    }

    private async Task<PageVersion> RunAsync(ImageQuery query, Reading reading)
    {
        try
        {
            return await read(query, stopping);
        }
        finally
        {
            lock (reading)
            {
                (reading.Running, reading.Next) = (reading.Next, null);
                if (reading.Running is null)
                {
                    reading.IsOver = true;
                    _readings.TryRemove(KeyValuePair.Create(query, reading));
                }
            }
        }
    }

    /// <summary>What is being read of one page, and what is to be read behind it.</summary>
    private sealed class Reading
    {
        public Task<PageVersion>? Running { get; set; }

        public Task<PageVersion>? Next { get; set; }

        public bool IsOver { get; set; }
    }
}
