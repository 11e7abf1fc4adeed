using System.ComponentModel;
using System.Diagnostics;
using ImageApp.AppHost.Hosting.Aws.Accounts;

namespace ImageApp.AppHost.Hosting.Database;

/// <summary>Adds the catalogue's database.</summary>
internal static class ImageDatabaseExtensions
{
    private static readonly TimeSpan RuntimeDeadline = TimeSpan.FromSeconds(5);

    /// <summary>Adds MySQL with one database: in a container where a container runtime runs, else as a program of this machine.</summary>
    /// <param name="builder">The application's builder.</param>
    /// <param name="server">The server's name.</param>
    /// <param name="database">The database's name.</param>
    /// <param name="account">The account that has the pictures, if it is not this machine: their rows are kept apart from those of this
    /// machine's pictures.</param>
    /// <exception cref="DistributedApplicationException">There is neither; the message says what to install.</exception>
    public static IResourceBuilder<IResourceWithConnectionString> AddImageDatabase(
        this IDistributedApplicationBuilder builder,
        string server,
        string database,
        DeveloperAccount? account
    )
    {
        if (HasContainerRuntime())
        {
            return builder.AddMySql(server).WithDataVolume(account is null ? null : $"{account.StackName}-mysql").AddDatabase(database);
        }

        if (MySqlInstallation.Find() is not { } installation)
        {
            throw new DistributedApplicationException(
                "MySQL is needed: no container runtime answers (docker info, podman info), and neither mysqld nor mariadbd is installed. "
                    + "Start Docker or Podman, or install a server: on Debian and Ubuntu 'apt-get install mariadb-server-core mariadb-client-core', on macOS 'brew install mariadb'."
            );
        }

        return builder.AddMySqlProcess(server, installation, database, account is null ? "mysql" : $"mysql-{account.StackName}");
    }

    private static bool HasContainerRuntime() =>
        new[] { "docker", "podman" }.Any(runtime =>
        {
            try
            {
                using var info = Process.Start(
                    new ProcessStartInfo(runtime, "info") { RedirectStandardOutput = true, RedirectStandardError = true }
                );
                if (info is null)
                {
                    return false;
                }

                _ = info.StandardOutput.ReadToEndAsync();
                _ = info.StandardError.ReadToEndAsync();
                if (info.WaitForExit(RuntimeDeadline))
                {
                    return info.ExitCode == 0;
                }

                info.Kill();
                return false;
            }
            catch (Win32Exception)
            {
                // Not installed.
                return false;
            }
        });
}
