using ImageApp.Core.Catalogue;
using Microsoft.Extensions.AI;

namespace ImageApp.CaptionFunction.Provider;

/// <summary>
/// Asks the model at most <c>Captioning:MaxPerDay</c> times a day, in UTC, counted over all instances. What the provider refuses does not
/// count.
/// </summary>
internal sealed class DailyLimit(IChatClient inner, int maxPerDay, CaptioningState state, TimeProvider time) : DelegatingChatClient(inner)
{
    /// <inheritdoc/>
    /// <exception cref="ModelQuotaException">The limit is reached.</exception>
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (!await state.TryCountAskAsync(maxPerDay, cancellationToken))
        {
            throw ModelQuotaException.OwnLimit(maxPerDay, new DateTimeOffset(time.GetUtcNow().UtcDateTime.Date.AddDays(1), TimeSpan.Zero));
        }

        try
        {
            return await base.GetResponseAsync(messages, options, cancellationToken);
        }
        catch (ModelFailureException)
        {
            await state.UncountAskAsync(cancellationToken);
            throw;
        }
    }
}
