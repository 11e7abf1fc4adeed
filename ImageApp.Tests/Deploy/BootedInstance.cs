using System.Diagnostics;
using System.Runtime.Versioning;

namespace ImageApp.Tests.Deploy;

/// <summary>
/// An EC2 instance as far as a machine can be one: this machine's disk under a layer of its own, booted by systemd in namespaces of its
/// own, with the user data of <c>deploy/web.yaml</c>. What Amazon Linux has and this machine has not (aws, dnf, cfn-signal, CloudWatch's
/// agent) is a command that keeps its arguments.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class BootedInstance : IDisposable
{
    private const string Aws = """
        #!/bin/bash
        printf '%s\n' "$*" >>/run/host/calls
        case "$1 $2" in
          "s3api get-object") cp /run/host/web.zip "${!#}" ;;
          "elbv2 describe-target-health") cat /run/host/target-health ;;
          "logs create-log-stream") ;;
          "logs put-log-events") file=${!#}; cp "${file#file://}" /run/host/boot-events.json ;;
          *) echo "aws $* was not expected" >&2; exit 2 ;;
        esac
        """;

    private const string Keeper = """
        #!/bin/bash
        printf '%s\n' "$*" >>/run/host/NAME
        """;

    // What the instance looks like when user data has ended.
    private const string Collector = """
        systemctl is-active imageapp-web >/run/host/active
        systemctl show imageapp-web --property=Result,ExecMainStatus,NRestarts,User >/run/host/unit
        curl --silent --max-time 5 http://127.0.0.1:5000/health >/run/host/health
        curl --silent --max-time 5 --header 'X-Forwarded-For: 203.0.113.9' http://127.0.0.1:5000/health >/run/host/health-outside
        pid=$(systemctl show imageapp-web --property=MainPID --value)
        tr '\0' '\n' <"/proc/$pid/environ" >/run/host/environment
        nsenter --target "$pid" --mount findmnt --noheadings --output FSTYPE --target /var/tmp >/run/host/spool
        cp /var/log/imageapp-boot.log /run/host/boot.log
        cp /var/log/imageapp/web.log /run/host/web.log
        stat --format '%U %a' /var/log/imageapp /opt/imageapp /etc/imageapp.env >/run/host/owners
        """;

    public string Folder { get; } = Directory.CreateTempSubdirectory("imageapp-boot-").FullName;

    private static string Script => Path.Combine(RepositoryRoot.Path, "ImageApp.Tests", "Deploy", "boot");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Why this machine cannot boot one; null where it can.</summary>
    public static async Task<string?> ObstacleAsync()
    {
        var (exit, output) = await RunAsync("--probe");
        return exit == 0 ? null : output.Trim();
    }

    /// <summary>What a file of the instance's holds; empty where there is none.</summary>
    public string this[string name] => File.Exists(Path.Combine(Folder, name)) ? File.ReadAllText(Path.Combine(Folder, name)) : "";

    /// <summary>Boots it, runs user data, and turns it off.</summary>
    /// <param name="userData">The script.</param>
    /// <param name="webDropIn">What a test adds to the web app's unit: credentials, which an instance has from its profile.</param>
    public async Task BootAsync(string userData, string webDropIn)
    {
        Write("user-data", userData);
        Write("collect", Collector);
        Write("bin/aws", Aws);
        foreach (var (path, name) in new[]
        {
            ("bin/dnf", "dnf"),
            ("opt/aws/bin/cfn-signal", "signals"),
            ("opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl", "agent"),
        })
        {
            Write(path, Keeper.Replace("NAME", name, StringComparison.Ordinal));
        }

        Write("opt/aws/amazon-cloudwatch-agent/etc/place", "");
        Write("bin/systemctl", $$"""
            #!/bin/bash
            mkdir -p /run/systemd/system/imageapp-web.service.d
            printf '%s\n' '{{webDropIn.ReplaceLineEndings("' '")}}' >/run/systemd/system/imageapp-web.service.d/test.conf
            exec /bin/systemctl "$@"
            """);
        var (exit, output) = await RunAsync(Folder);
        Assert.True(exit == 0 && this["signals"].Length > 0, $"{output}\n{this["output"]}\n{this["boot.log"]}");
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private void Write(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text + "\n");
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string argument)
    {
        using var process = Process.Start(
            new ProcessStartInfo(Script, [argument]) { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
        var output = process.StandardOutput.ReadToEndAsync(Cancel);
        var error = process.StandardError.ReadToEndAsync(Cancel);
        try
        {
            await process.WaitForExitAsync(Cancel).WaitAsync(TimeSpan.FromMinutes(2), Cancel);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        return (process.ExitCode, await output + await error);
    }
}
