namespace ImageApp.Web.Content;

/// <summary>A file on its way to somebody, alone or in an archive.</summary>
/// <param name="Name">What it is called there.</param>
/// <param name="Length">How many bytes it has.</param>
/// <param name="Content">Its bytes, once, as they come.</param>
/// <param name="Source">What holds them open.</param>
internal sealed record ArchivedFile(string Name, long Length, Stream Content, IDisposable Source) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Source.Dispose();
}
