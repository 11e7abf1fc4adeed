namespace ImageApp.LocalAws;

/// <summary>The address local AWS listens on; known once its host has started.</summary>
internal sealed class ServiceEndpoint
{
    private Uri? _uri;

    /// <summary>For example <c>http://localhost:4566/</c>.</summary>
    /// <exception cref="InvalidOperationException">The host has not started.</exception>
    public Uri Uri
    {
        get => _uri ?? throw new InvalidOperationException("Local AWS has no address before its host has started.");
        set => _uri = value;
    }
}
