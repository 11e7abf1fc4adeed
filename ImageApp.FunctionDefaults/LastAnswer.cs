namespace ImageApp.FunctionDefaults;

/// <summary>Ends the function behind an answer where its step has to: the answer is given first, and nothing more is asked for.</summary>
internal sealed class LastAnswer(IImageStep step, StopSignal stop) : DelegatingHandler(new SocketsHttpHandler())
{
    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (request.Method == HttpMethod.Post && step.MustEnd)
        {
            stop.Request();
        }

        return response;
    }
}
