using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MySqlConnector;

namespace ImageApp.Tests.Deploy;

/// <summary>
/// A server in the place of RDS: it has a certificate for <c>database.example</c> by an authority of its own, and takes any user with any
/// password, since only RDS can check an IAM token.
/// </summary>
internal sealed class VerifiedDatabase : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("imageapp-verified-").FullName;
    private Process? _process;

    private VerifiedDatabase() { }

    /// <summary>The authority's certificate, as PEM.</summary>
    public string Authority => Path.Combine(_folder, "ca.pem");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="socket">Where its socket is to be.</param>
    public static async Task<VerifiedDatabase> StartAsync(string socket)
    {
        var database = new VerifiedDatabase();
        database.MakeCertificates();
        var data = Path.Combine(database._folder, "data");
        using (var install = Process.Start(
            new ProcessStartInfo(
                Executable("mariadb-install-db"),
                ["--no-defaults", $"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db", "--user=root"])
            {
                RedirectStandardOutput = true,
            })!)
        {
            await install.StandardOutput.ReadToEndAsync(Cancel);
            await install.WaitForExitAsync(Cancel);
            Assert.Equal(0, install.ExitCode);
        }

        database._process = Process.Start(
            new ProcessStartInfo(
                Executable("mariadbd"),
                [
                    "--no-defaults",
                    $"--datadir={data}",
                    "--user=root",
                    "--skip-networking",
                    "--skip-grant-tables",
                    $"--socket={socket}",
                    $"--pid-file={database._folder}/pid",
                    $"--ssl-ca={database.Authority}",
                    $"--ssl-cert={database._folder}/server.pem",
                    $"--ssl-key={database._folder}/server.key",
                    "--character-set-server=utf8mb4",
                    "--innodb-buffer-pool-size=32M",
                ])
            {
                RedirectStandardError = true,
            })!;
        database._process.ErrorDataReceived += (_, _) => { };
        database._process.BeginErrorReadLine();
        await database.CreateAsync(socket);
        return database;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task CreateAsync(string socket)
    {
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await using var connection = new MySqlConnection(
                    $"Server={socket};ConnectionProtocol=UnixSocket;User ID=root;SslMode=None");
                await connection.OpenAsync(Cancel);
                await using var command = new MySqlCommand("CREATE DATABASE imagedb CHARACTER SET utf8mb4", connection);
                await command.ExecuteNonQueryAsync(Cancel);
                return;
            }
            catch (MySqlException) when (_process is { HasExited: false } && deadline.Elapsed < TimeSpan.FromSeconds(60))
            {
                await Task.Delay(50, Cancel);
            }
        }
    }

    private void MakeCertificates()
    {
        var now = DateTimeOffset.UtcNow;
        using var authorityKey = RSA.Create(2048);
        var authorityRequest = new CertificateRequest(
            "CN=Test authority",
            authorityKey,
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        );
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = authorityRequest.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        File.WriteAllText(Authority, authority.ExportCertificatePem());

        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=database.example", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("database.example");
        request.CertificateExtensions.Add(names.Build());
        using var server = request.Create(authority, now.AddDays(-1), now.AddDays(20), [1, 2, 3, 4]);
        File.WriteAllText(Path.Combine(_folder, "server.pem"), server.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "server.key"), key.ExportPkcs8PrivateKeyPem());
    }

    private static string Executable(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':')
            .Concat(["/usr/sbin", "/usr/libexec"])
            .Select(folder => Path.Combine(folder, name))
            .First(File.Exists);
}
