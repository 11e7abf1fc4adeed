namespace ImageApp.Web.Content;

/// <summary>Files for what is too large for memory, gone when they are closed.</summary>
internal static class SpoolFile
{
    /// <summary>How many bytes are read or written at once.</summary>
    public const int BufferBytes = 64 * 1024;

    /// <summary>Opens a new one; nobody else can.</summary>
    /// <exception cref="IOException">The disk of temporary files is full.</exception>
    public static FileStream Create() => new(
        Path.Combine(Path.GetTempPath(), $"imageapp-{Guid.NewGuid():N}"),
        FileMode.CreateNew,
        FileAccess.ReadWrite,
        FileShare.None,
        BufferBytes,
        FileOptions.Asynchronous | FileOptions.DeleteOnClose);
}
