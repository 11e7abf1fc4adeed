using System.Diagnostics;
using System.Security.Cryptography;
using Amazon.S3.Model;

namespace ImageApp.Tests.LocalAws.S3;

/// <summary>
/// The AWS CLI and the SDKs for Python and JavaScript against local AWS, with a deadline: a connection whose state the two sides see
/// differently stands still.
/// </summary>
public sealed class RealClientTests : BucketTest
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task The_CLI_synchronizes_copies_moves_and_removes_small_large_and_empty_files()
    {
        var folder = Directory.CreateTempSubdirectory("imageapp-sync-");
        try
        {
            var large = RandomNumberGenerator.GetBytes(28 * 1024 * 1024);
            Directory.CreateDirectory(Path.Combine(folder.FullName, "tree", "sub folder"));
            await File.WriteAllBytesAsync(Path.Combine(folder.FullName, "tree", "large"), large, Cancelled);
            await File.WriteAllBytesAsync(Path.Combine(folder.FullName, "tree", "empty"), [], Cancelled);
            for (var number = 0; number < 12; number++)
            {
                var file = Path.Combine(folder.FullName, "tree", "sub folder", $"ü {number}.txt");
                await File.WriteAllTextAsync(file, $"{number}", Cancelled);
            }

            var cli = new AwsCli(Host);
            var tree = Path.Combine(folder.FullName, "tree");
            for (var time = 1; time <= 3; time++)
            {
                await WithinAsync(cli.RunAsync("s3", "sync", tree, $"s3://{Bucket}/{time}", "--only-show-errors"));
            }

            await WithinAsync(cli.RunAsync("s3", "mv", $"s3://{Bucket}/1/large", $"s3://{Bucket}/moved", "--only-show-errors"));
            await WithinAsync(cli.RunAsync("s3", "cp", $"s3://{Bucket}/2", $"s3://{Bucket}/4", "--recursive", "--only-show-errors"));
            var back = Path.Combine(folder.FullName, "back");
            await WithinAsync(cli.RunAsync("s3", "sync", $"s3://{Bucket}/4", back, "--only-show-errors"));
            await WithinAsync(cli.RunAsync("s3", "cp", $"s3://{Bucket}/moved", Path.Combine(back, "moved"), "--only-show-errors"));
            Assert.Equal(large, await File.ReadAllBytesAsync(Path.Combine(back, "large"), Cancelled));
            Assert.Equal(large, await File.ReadAllBytesAsync(Path.Combine(back, "moved"), Cancelled));
            Assert.Equal(15, Directory.EnumerateFiles(back, "*", SearchOption.AllDirectories).Count());

            await WithinAsync(cli.RunAsync("s3", "rm", $"s3://{Bucket}", "--recursive", "--only-show-errors"));
            Assert.Empty((await S3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Bucket }, Cancelled)).S3Objects ?? []);
            await WithinAsync(cli.RunAsync("s3", "rb", $"s3://{Bucket}"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task An_address_that_the_CLI_presigns_is_good_for_its_time()
    {
        await PutAsync("a b.txt", "hello");
        var (exitCode, address, error) = await new AwsCli(Host).TryAsync("s3", "presign", $"s3://{Bucket}/a b.txt");
        Assert.True(exitCode == 0, error);
        Assert.Equal("hello", await Host.Http.GetStringAsync(new Uri(address.Trim()), Cancelled));
    }

    [Fact]
    public async Task The_SDK_for_Python_presigns_with_both_versions_posts_forms_and_uploads_in_parts() =>
        await RunAsync("/usr/bin/python3", Path.Combine(Programs, "buckets.py"));

    [Fact]
    public async Task The_SDK_for_JavaScript_has_the_bucket_in_the_hosts_name_and_metadata_in_the_query() =>
        // Modules are looked for from where the program lies.
        await RunAsync(
            "node",
            "--no-warnings",
            "--input-type=module",
            "--eval",
            await File.ReadAllTextAsync(Path.Combine(Programs, "buckets.mjs"), Cancelled));

    private static string Programs => Path.Combine(RepositoryRoot.Path, "ImageApp.Tests", "LocalAws", "Clients");

    private static async Task WithinAsync(Task call) => await call.WaitAsync(Deadline, Cancelled);

    private async Task RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.Combine(RepositoryRoot.Path, ".local", "javascript"),
        };
        foreach (var (name, value) in AwsCli.Environment(Host))
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(Cancelled);
            var error = process.StandardError.ReadToEndAsync(Cancelled);
            await process.WaitForExitAsync(Cancelled).WaitAsync(Deadline, Cancelled);
            Assert.True(process.ExitCode == 0, $"{program}: {process.ExitCode}\n{await output}\n{await error}");
            Assert.Equal("done", (await output).Trim());
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
