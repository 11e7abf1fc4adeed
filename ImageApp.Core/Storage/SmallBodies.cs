namespace ImageApp.Core.Storage;

/// <summary>
/// Sends a small body with its header. The SDK asks before each whether it may (RFC 9110, 10.1.1, <c>100-continue</c>), which for a
/// thumbnail takes longer than sending it.
/// </summary>
/// <param name="connections">What sends the requests.</param>
public sealed class SmallBodies(HttpMessageHandler connections) : DelegatingHandler(connections)
{
    // As AWS' SDK for Go does it: larger ones are worth the question.
    private const long MaxLength = 2 * 1024 * 1024;

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content?.Headers.ContentLength <= MaxLength)
        {
            request.Headers.ExpectContinue = false;
        }

        return base.SendAsync(request, cancellationToken);
    }
}
