namespace ImageApp.LocalAws;

/// <summary>Keeps a second local AWS off the same folder; the lock ends with the process, however it ends.</summary>
internal sealed class DataDirectoryLock : IDisposable
{
    private readonly FileStream _file;

    private DataDirectoryLock(FileStream file) => _file = file;

    /// <summary>Takes the folder, creating it if missing.</summary>
    /// <exception cref="IOException">Another process has it, or it cannot be written; the message names it.</exception>
    public static DataDirectoryLock Take(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory);
            return new DataDirectoryLock(
                new FileStream(Path.Combine(directory, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"The data directory '{directory}' cannot be used: {exception.Message} If another local AWS uses it, end that one or set "
                + "LocalAws:DataDirectory to another folder.",
                exception);
        }
    }

    public void Dispose() => _file.Dispose();
}
