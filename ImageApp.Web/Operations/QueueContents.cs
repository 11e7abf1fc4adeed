namespace ImageApp.Web.Operations;

/// <summary>A queue as it is just now.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="Depth">How many messages it holds, about.</param>
/// <param name="Letters">Its messages, the oldest first; of many, some.</param>
/// <param name="Problem">Why it could not be read; null where it was.</param>
internal sealed record QueueContents(DeadLetterQueue Queue, int Depth, IReadOnlyList<DeadLetter> Letters, string? Problem)
{
    /// <summary>Since when the oldest of <see cref="Letters"/> waits.</summary>
    public DateTimeOffset? Oldest => Letters.Min(letter => letter.SentAt);
}
