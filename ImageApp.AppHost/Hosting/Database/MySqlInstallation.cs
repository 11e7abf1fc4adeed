namespace ImageApp.AppHost.Hosting.Database;

/// <summary>A MySQL or MariaDB server that is installed on this machine.</summary>
/// <param name="ServerPath">The server's program.</param>
/// <param name="IsMariaDb">Whether it is MariaDB.</param>
internal sealed record MySqlInstallation(string ServerPath, bool IsMariaDb)
{
    private static readonly string[] MoreFolders =
    [
        "/usr/sbin",
        "/usr/libexec",
        "/usr/local/sbin",
        "/opt/homebrew/bin",
        "/opt/homebrew/opt/mysql/bin",
    ];

    /// <summary>Looks on the path and where packages put servers.</summary>
    /// <returns>Null where there is none.</returns>
    public static MySqlInstallation? Find()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Concat(MoreFolders)
            .Where(folder => folder.Length > 0)
            .ToList();
        foreach (var name in new[] { "mysqld", "mariadbd" })
        {
            if (folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists) is { } path)
            {
                // MariaDB's packages also install mysqld, as a link to mariadbd.
                var target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
                return new MySqlInstallation(path, Path.GetFileName(target) == "mariadbd");
            }
        }

        return null;
    }
}
