namespace ImageApp.Tests;

/// <summary>The folder that holds <c>ImageApp.sln</c>.</summary>
public static class RepositoryRoot
{
    /// <summary>Absolute path, found by walking up from the test assembly.</summary>
    public static string Path { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "ImageApp.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("ImageApp.sln is not in any folder above " + AppContext.BaseDirectory);
    }
}
