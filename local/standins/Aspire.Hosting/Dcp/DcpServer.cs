using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Dcp;

/// <summary>
/// Aspire's orchestrator: starts <c>dcp</c>, which watches this process and ends everything it started when this process is gone, and speaks
/// its API, which is that of Kubernetes.
/// </summary>
internal sealed partial class DcpServer(IConfiguration configuration, IHostEnvironment environment) : IDisposable
{
    private const string Api = "/apis/usvc-dev.developer.microsoft.com/v1/";
    private static readonly string[] NotInherited =
        ["ASPNETCORE_URLS", "ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT", "DOTNET_LAUNCH_PROFILE", "ASPNETCORE_HTTP_PORTS", "ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", "MSBuildSDKsPath", "MSBUILD_EXE_PATH"];
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(7);

    private readonly string _folder = Directory.CreateTempSubdirectory("aspire-").FullName;
    private HttpClient? _http;
    private bool _stopped;

    /// <summary>Where the dashboard is.</summary>
    public AspireBundle Bundle { get; private set; } = null!;

    /// <summary>Starts the orchestrator and waits until it answers.</summary>
    /// <exception cref="DistributedApplicationException">It is not installed or does not come up.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Bundle = AspireBundle.Find(configuration, environment.ContentRootPath);
        var kubeconfig = Path.Combine(_folder, "kubeconfig");
        var (certificate, key) = WriteCertificate();
        var start = new ProcessStartInfo(Bundle.DcpPath)
        {
            ArgumentList =
            {
                "start-apiserver", "--monitor", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), "--detach", "--kubeconfig", kubeconfig,
                "--tls-cert-file", certificate, "--tls-key-file", key,
            },
            Environment = { ["DCP_SESSION_FOLDER"] = _folder },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in NotInherited)
        {
            start.Environment.Remove(name);
        }

        using var process = Process.Start(start) ?? throw new DistributedApplicationException($"{Bundle.DcpPath} could not be started.");
        var waited = Stopwatch.StartNew();
        while (true)
        {
            if (File.Exists(kubeconfig) && Connect(await File.ReadAllTextAsync(kubeconfig, cancellationToken)) is { } http)
            {
                _http = http;
                return;
            }

            if (waited.Elapsed > StartDeadline)
            {
                throw new DistributedApplicationException($"Aspire's orchestrator {Bundle.DcpPath} did not come up within {StartDeadline.TotalSeconds:0} seconds.");
            }

            await Task.Delay(20, cancellationToken);
        }
    }

    /// <summary>Makes an object, trying again while the orchestrator is still settling.</summary>
    public async Task<JsonObject> CreateAsync(string kind, JsonObject value, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var response = await Http.PostAsJsonAsync(Api + kind, value, cancellationToken);
                if (!response.IsSuccessStatusCode)
                {
                    throw new HttpRequestException($"The orchestrator refused to make {kind} {value["metadata"]?["name"]}: {await response.Content.ReadAsStringAsync(cancellationToken)}", null, response.StatusCode);
                }

                return (await response.Content.ReadFromJsonAsync<JsonObject>(cancellationToken))!;
            }
            catch (HttpRequestException e) when (attempt < 50 && (e.StatusCode is null || (int)e.StatusCode >= 500 || e.StatusCode == HttpStatusCode.NotFound))
            {
                await Task.Delay(100, cancellationToken);
            }
        }
    }

    /// <summary>Changes an object.</summary>
    public async Task PatchAsync(string path, JsonObject value, CancellationToken cancellationToken)
    {
        using var content = new StringContent(value.ToJsonString(), new MediaTypeHeaderValue("application/merge-patch+json")); // it refuses the type with a charset
        using var response = await Http.PatchAsync(path.StartsWith('/') ? path : Api + path, content, cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Removes an object; one that is gone already is no error.</summary>
    public async Task DeleteAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await Http.DeleteAsync(Api + path, cancellationToken);
        if (response.StatusCode != HttpStatusCode.NotFound)
        {
            response.EnsureSuccessStatusCode();
        }
    }

    /// <summary>Lists every object of a kind.</summary>
    public async Task<List<JsonObject>> ListAsync(string kind, CancellationToken cancellationToken)
    {
        var list = await Http.GetFromJsonAsync<JsonObject>(Api + kind, cancellationToken);
        return [.. list?["items"]?.AsArray().OfType<JsonObject>() ?? []];
    }

    /// <summary>Every change of a kind's objects, from what is there now, until cancelled.</summary>
    public async IAsyncEnumerable<(string Type, JsonObject Object)> WatchAsync(string kind, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await Http.GetAsync($"{Api}{kind}?watch=true", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (JsonNode.Parse(line) is JsonObject change && change["object"] is JsonObject item)
            {
                yield return ((string)change["type"]!, item);
            }
        }
    }

    /// <summary>A log of an executable or container, followed until it ends.</summary>
    public async IAsyncEnumerable<string> FollowLogAsync(string path, string source, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await Http.GetAsync($"{Api}{path}/log?source={source}&follow=true&timestamps=false", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            yield break;
        }

        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            yield return line;
        }
    }

    /// <summary>Ends everything that was started, and the orchestrator; waits until it is gone.</summary>
    public async Task StopAsync()
    {
        if (_http is null || _stopped)
        {
            return;
        }

        _stopped = true;
        using var deadline = new CancellationTokenSource(StopDeadline);
        try
        {
            await PatchAsync("/admin/execution", new JsonObject { ["status"] = "Stopping", ["shutdownResourceCleanup"] = "Full" }, deadline.Token);

            // It stops answering, and removes its folder, before its children have ended; it is itself the last to go.
            while (IsRunning())
            {
                await Task.Delay(50, deadline.Token);
            }
        }
        catch (Exception e) when (e is HttpRequestException { StatusCode: null } or OperationCanceledException)
        {
            // It is gone already, or it hangs: then it still ends its children once this process is gone, which it watches.
        }
    }

    public void Dispose() => _http?.Dispose();

    // Without one it makes an RSA key, which takes it seconds. The folder is its user's alone.
    private (string Certificate, string Key) WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddYears(1));
        var (certificateFile, keyFile) = (Path.Combine(_folder, "tls.crt"), Path.Combine(_folder, "tls.key"));
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        return (certificateFile, keyFile);
    }

    // It detached itself when it started, so that it is no child of this process; its command line names our folder.
    private bool IsRunning() => Directory.EnumerateDirectories("/proc").Any(process =>
    {
        try
        {
            return char.IsAsciiDigit(Path.GetFileName(process)[0]) && File.ReadAllText(Path.Combine(process, "cmdline")).Contains(_folder, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended while it was looked at, or is somebody else's.
            return false;
        }
    });

    private HttpClient Http => _http ?? throw new InvalidOperationException("The orchestrator is not running.");

    private static HttpClient? Connect(string kubeconfig)
    {
        var server = Field("server", kubeconfig);
        var token = Field("token", kubeconfig);
        var authority = Field("certificate-authority-data", kubeconfig);
        if (server is null || token is null || authority is null)
        {
            // Still being written.
            return null;
        }

        var trusted = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(PemBody(authority)));
        var handler = new SocketsHttpHandler
        {
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(10),
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    using var chain = new X509Chain();
                    chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
                    chain.ChainPolicy.CustomTrustStore.Add(trusted);
                    chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
                    return certificate is X509Certificate2 presented && chain.Build(presented);
                },
            },
        };
        return new HttpClient(handler)
        {
            BaseAddress = new Uri(server),
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
        };
    }

    private static string PemBody(string data)
    {
        var text = Encoding.ASCII.GetString(Convert.FromBase64String(data));
        return string.Concat(text.Split('\n').Where(line => !line.StartsWith("-----", StringComparison.Ordinal)));
    }

    private static string? Field(string name, string kubeconfig)
    {
        var match = KubeconfigField().Matches(kubeconfig).FirstOrDefault(match => match.Groups["name"].Value == name);
        return match?.Groups["value"].Value;
    }

    [GeneratedRegex("""^[\s-]*(?<name>[a-z-]+):\s*"?(?<value>[^\s"]+)"?\s*$""", RegexOptions.Multiline)]
    private static partial Regex KubeconfigField();
}
