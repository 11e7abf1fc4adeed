using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ImageApp.Tests.Deploy;

/// <summary>
/// User data of <c>deploy/web.yaml</c> under a real systemd: what makes a version good, and what is said of one that is not.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed partial class InstanceBootTests
{
    private const string Bucket = "pictures";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_instance_starts_the_unit_gets_healthy_and_signals_success()
    {
        Assert.SkipWhen(await BootedInstance.ObstacleAsync() is not null, "An instance cannot be booted here.");
        using var instance = new BootedInstance();
        await BootAsync(instance, database: true, bucket: true);

        Assert.Equal("active", instance["active"].Trim());
        Assert.Contains("NRestarts=0", instance["unit"]);
        Assert.Contains("User=imageapp", instance["unit"]);
        Assert.StartsWith("{\"status\":\"Healthy\",\"checks\":{", instance["health"]);
        var signal = Assert.Single(instance["signals"].Trim().Split('\n'));
        Assert.StartsWith("--success true ", signal);
        Assert.EndsWith("--resource Group", signal);

        // What is said outside is one word; what spools is on the disk; the log is root's, and the code nobody's to change.
        Assert.Equal("{\"status\":\"Healthy\"}", instance["health-outside"]);
        Assert.Contains("TMPDIR=/var/tmp", instance["environment"]);
        Assert.NotEqual("tmpfs", instance["spool"].Trim());
        Assert.Equal(["root 755", "root 755", "root 644"], instance["owners"].Trim().Split('\n'));
        Assert.NotEmpty(instance["web.log"]);

        // CloudWatch's agent was given a file that is JSON and names both logs.
        Assert.Contains("fetch-config", instance["agent"]);
        var agent = JsonNode.Parse(Document(UserData(60), "AGENT"))!;
        Assert.Equal(
            ["/var/log/imageapp/web.log", "/var/log/imageapp-boot.log"],
            agent["logs"]!["logs_collected"]!["files"]!["collect_list"]!.AsArray().Select(file => (string)file!["file_path"]!)
        );
        Assert.DoesNotContain("put-log-events", instance["calls"]);
    }

    [Theory]
    [InlineData("database", "waiting for Healthy", "MySql")]
    [InlineData("bucket", "waiting for Healthy", "S3")]
    [InlineData("zip", "unpacking the code", "zip")]
    [InlineData("balancer", "waiting for the load balancer", "Target.FailedHealthChecks")]
    public async Task What_goes_wrong_is_signalled_with_its_reason_and_the_log_goes_to_CloudWatch(string what, string step, string reason)
    {
        Assert.SkipWhen(await BootedInstance.ObstacleAsync() is not null, "An instance cannot be booted here.");
        using var instance = new BootedInstance();
        await BootAsync(
            instance,
            database: what != "database",
            bucket: what != "bucket",
            healthPatience: what is "database" or "bucket" ? 3 : 60,
            zip: what == "zip" ? Damage : null,
            health: what == "balancer" ? "unhealthy\tTarget.FailedHealthChecks\tHealth checks failed" : "healthy\tNone\tNone"
        );

        var signal = Assert.Single(instance["signals"].Trim().Split('\n'));
        Assert.StartsWith($"--success false --reason {step}: ", signal);
        Assert.Contains(reason, signal);
        Assert.Contains("(i-0123456789abcdef0)", signal);
        Assert.Contains("logs create-log-stream", instance["calls"]);
        var log = (string)JsonNode.Parse(instance["boot-events.json"])!.AsArray().Single()!["message"]!;
        Assert.Contains("fetching the code", log);
        Assert.Contains($"FAILED {step}", log);
    }

    [Fact]
    public void User_data_fits_into_what_EC2_takes_and_bash_reads_it()
    {
        var script = UserData(1);
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(script), 1, 16384);
        Assert.DoesNotContain("${", script);
        Assert.DoesNotContain("/tmp/", script.Replace("/var/tmp/", "", StringComparison.Ordinal));
    }

    private static async Task BootAsync(
        BootedInstance instance,
        bool database,
        bool bucket,
        int healthPatience = 60,
        Action<string>? zip = null,
        string health = "healthy\tNone\tNone"
    )
    {
        var web = Path.Combine(RepositoryRoot.Path, "artifacts", "ImageApp.Web.zip");
        Assert.True(File.Exists(web), $"{web} is not there: deploy/package builds it.");
        File.Copy(web, Path.Combine(instance.Folder, "web.zip"));
        zip?.Invoke(Path.Combine(instance.Folder, "web.zip"));
        await File.WriteAllTextAsync(Path.Combine(instance.Folder, "target-health"), health, Cancel);

        await using var aws = await LocalAwsInstance.StartAsync(_ => { });
        if (bucket)
        {
            await aws.S3.PutBucketAsync(Bucket, Cancel);
        }

        await using var relay = new SocketRelay(Path.Combine(instance.Folder, "aws"), aws.Server.Endpoint.Port);
        await using var server = database ? await VerifiedDatabase.StartAsync(Path.Combine(instance.Folder, "database")) : null;
        if (server is not null)
        {
            File.Copy(server.Authority, Path.Combine(instance.Folder, "ca.pem"));
        }

        await instance.BootAsync(
            UserData(healthPatience),
            $"""
            [Service]
            Environment=AWS_ENDPOINT_URL=http://127.0.0.1:4566 AWS_ACCESS_KEY_ID={aws.Options.AccessKeyId}
            Environment=AWS_SECRET_ACCESS_KEY={aws.Options.SecretAccessKey}
            Environment=Access__KeyEncryptionKey={Convert.ToBase64String(new byte[32])}
            BindReadOnlyPaths=-/run/host/ca.pem:/opt/imageapp/rds-ca.pem
            """
        );
    }

    private static void Damage(string zip)
    {
        using var file = File.Open(zip, FileMode.Open);
        file.SetLength(file.Length / 2);
    }

    // As Fn::Sub fills it in.
    private static string UserData(int healthPatience)
    {
        var values = new Dictionary<string, string>
        {
            ["AWS::Region"] = "us-east-1",
            ["AWS::AccountId"] = "000000000000",
            ["AWS::StackName"] = "imageapp-Web-1",
            ["WebLogs"] = "/imageapp/imageapp/web",
            ["CodeBucket"] = "imageapp-code",
            ["WebCodeKey"] = "code/0/ImageApp.Web.zip",
            ["BucketName"] = Bucket,
            ["CaptionDeadLetterQueueUrl"] = "https://sqs.us-east-1.amazonaws.com/000000000000/captions",
            ["ThumbnailDeadLetterQueueUrl"] = "https://sqs.us-east-1.amazonaws.com/000000000000/thumbnails",
            ["DatabaseEndpoint"] = "database.example",
            ["TraceRatio"] = "0.01",
            ["AccessMode"] = "private",
            ["DomainName"] = "gallery.example",
            ["KeyParameter"] = "",
            ["Authority"] = "https://provider.example/",
            ["ClientId"] = "gallery",
            ["ClientSecretParameter"] = "",
            ["RoleClaim"] = "cognito:groups",
            ["SignOutAddress"] = "https://provider.example/logout?client_id=gallery&logout_uri=https%3A%2F%2Fgallery.example%2Faccount",
            ["Owner"] = "owner",
            ["Contributor"] = "contributor",
            ["Viewer"] = "viewer",
            ["Targets"] = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/imageapp/1",
            ["StartPatience"] = "60",
            ["HealthPatience"] = $"{healthPatience}",
            ["BalancerPatience"] = "1",
        };
        var text = (string)
            DeployTemplate.Load("web.yaml").Only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]!["UserData"]!["Fn::Base64"]!["Fn::Sub"]!;
        return Variable().Replace(text, match => values[match.Groups[1].Value]);
    }

    private static string Document(string script, string end) =>
        string.Join(
            '\n',
            script[script.IndexOf($"<<'{end}'", StringComparison.Ordinal)..].Split('\n').Skip(1).TakeWhile(line => line != end)
        );

    [GeneratedRegex(@"\$\{([^}]+)\}")]
    private static partial Regex Variable();
}
