using System.Diagnostics;
using System.Text.Json.Nodes;
using ImageApp.Tests.Browser;

namespace ImageApp.Tests.LocalAws.Lambda;

/// <summary>Functions that local AWS is told of on its command line, where it runs alone.</summary>
public sealed class ConfiguredFunctionTests
{
    [Theory]
    [InlineData("", 512, 300)]
    [InlineData("--LocalAws:Functions:0:MemorySize=1024 --LocalAws:Functions:0:Timeout=00:00:07", 1024, 7)]
    public async Task What_is_not_said_of_a_function_is_what_it_is_by_default(string arguments, int memory, int timeout)
    {
        var folder = Directory.CreateTempSubdirectory("localaws-alone-");
        var port = FreePort.Next();
        var start = new ProcessStartInfo(
            "dotnet",
            [
                Path.Combine(RepositoryRoot.Path, "local/ImageApp.LocalAws/bin/Debug/net10.0/ImageApp.LocalAws.dll"),
                FormattableString.Invariant($"--LocalAws:Port={port}"),
                $"--LocalAws:DataDirectory={folder.FullName}",
                "--LocalAws:Functions:0:Name=Alone",
                .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            ])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        try
        {
            using var http = new HttpClient(new SigningHandler("lambda", "local", "local-secret", "us-east-1"))
            {
                BaseAddress = new Uri(FormattableString.Invariant($"http://localhost:{port}")),
            };
            JsonNode? configuration = null;
            await WebProcess.UntilAsync(async () =>
            {
                configuration = JsonNode.Parse(await http.GetStringAsync(
                    "/2015-03-31/functions/Alone/configuration", TestContext.Current.CancellationToken));
                return true;
            });
            Assert.Equal(memory, (int)configuration!["MemorySize"]!);
            Assert.Equal(timeout, (int)configuration["Timeout"]!);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            folder.Delete(recursive: true);
        }
    }
}
