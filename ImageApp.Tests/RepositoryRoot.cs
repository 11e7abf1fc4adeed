namespace ImageApp.Tests;

/// <summary>The folder that holds <c>ImageApp.slnx</c>.</summary>
public static class RepositoryRoot
{
    /// <summary>Absolute path, found by walking up from the test assembly.</summary>
    public static string Path { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "ImageApp.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("ImageApp.slnx is not in any folder above " + AppContext.BaseDirectory);
    }
}
