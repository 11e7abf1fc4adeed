using System.Diagnostics;
using System.IO.Compression;
using System.Runtime.Versioning;
using Amazon.S3.Model;

namespace ImageApp.Tests.Deploy;

/// <summary>deploy/deploy and deploy/destroy, with the real AWS CLI.</summary>
[SupportedOSPlatform("linux")]
public sealed class DeployCommandTests
{
    private const string CodeBucket = "imageapp-code-000000000000-us-east-1";
    private const string Pictures = "imageapp-000000000000-us-east-1";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Deploys_code_and_templates_protects_the_database_and_prints_the_address()
    {
        await using var account = await AwsAccount.OpenAsync(real: true);
        var (exit, output) = await account.RunAsync("deploy", "--no-build", "--parameter", "AlarmEmail=a@example.com");
        Assert.True(exit == 0, output);
        Assert.Contains("Account 000000000000", output);
        Assert.Contains("The gallery: http://gallery.example/\n", output);

        var created = account.Calls.Where(call => call.StartsWith("cloudformation create-change-set ", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, created.Count);
        Assert.Contains("--change-set-type CREATE", created[0]);
        Assert.Contains("--capabilities CAPABILITY_IAM --include-nested-stacks", created[0]);
        Assert.Contains("--tags Key=Application,Value=imageapp Key=Stack,Value=imageapp", created[0]);
        // On only once the stack is made: a database that refuses to be deleted cannot be rolled back.
        Assert.Contains("--change-set-type UPDATE", created[1]);
        Assert.Equal("true", account.Proposed["DeletionProtection"]);
        var parameters = account.Parameters;
        Assert.Equal(
            ("a@example.com", "imageapp", "6", "true", CodeBucket),
            (
                parameters["AlarmEmail"],
                parameters["BucketNamePrefix"],
                parameters["FunctionConcurrency"],
                parameters["DeletionProtection"],
                parameters["CodeBucket"]
            )
        );
        foreach (
            var (parameter, zip) in new[]
            {
                ("WebCodeKey", "Web"),
                ("CaptionCodeKey", "CaptionFunction"),
                ("ThumbnailCodeKey", "ThumbnailFunction"),
                ("LayerCodeKey", "Imaging"),
                ("SchemaCodeKey", "SchemaFunction"),
            }
        )
        {
            using var stored = await account.S3.GetObjectAsync(CodeBucket, parameters[parameter], Cancel);
            Assert.Equal(new FileInfo(Path.Combine(RepositoryRoot.Path, "artifacts", $"ImageApp.{zip}.zip")).Length, stored.ContentLength);
        }

        // Every nested template is where the packaged root says, as it is in the project.
        var root = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Path, "artifacts", "root.packaged.yaml"), Cancel);
        var addresses = root.Split('\n')
            .Where(line => line.Contains("TemplateURL:", StringComparison.Ordinal))
            .Select(line => line.Split("TemplateURL:")[1].Trim())
            .ToList();
        Assert.Equal(DeployTemplate.Load("root.yaml").OfType("AWS::CloudFormation::Stack").Count(), addresses.Count);
        var contents = new List<string>();
        foreach (var address in addresses)
        {
            using var stored = await account.S3.GetObjectAsync(
                CodeBucket,
                address[address.IndexOf("templates/", StringComparison.Ordinal)..],
                Cancel
            );
            using var reader = new StreamReader(stored.ResponseStream);
            contents.Add(await reader.ReadToEndAsync(Cancel));
        }

        foreach (
            var description in DeployTemplate
                .Names.Where(name => name != "root.yaml" && !name.StartsWith("github", StringComparison.Ordinal))
                .Select(name => ((string)DeployTemplate.Load(name).Root["Description"]!)[..30])
        )
        {
            Assert.Contains(contents, content => content.Contains(description, StringComparison.Ordinal));
        }

        // Nothing changed: nothing is uploaded, and every value stays.
        (exit, output) = await account.RunAsync("deploy", "--no-build");
        Assert.True(exit == 0, output);
        Assert.DoesNotContain("Uploaded", output);
        Assert.DoesNotContain("Creating bucket", output);
        Assert.Equal("a@example.com", account.Parameters["AlarmEmail"]);
        Assert.Null(account.Proposed["AlarmEmail"]);
    }

    /// <summary>Whoever deploys need not be an administrator: what may not be asked is named, whichever question it is.</summary>
    [Theory]
    [InlineData("deploy", "--no-build")]
    [InlineData("destroy", "--yes")]
    public async Task Whatever_a_user_may_not_do_is_said_and_nothing_ends_in_silence(string command, string argument)
    {
        await using var permitted = await AwsAccount.OpenAsync();
        permitted.HasStack();
        var (exit, output) = await permitted.RunAsync(command, argument);
        Assert.True(exit == 0, output);
        var calls = permitted.Calls.Select(call => string.Join(' ', call.Split(' ')[..2])).Distinct().ToList();
        Assert.InRange(calls.Count, 5, 50);

        foreach (var call in calls)
        {
            await using var account = await AwsAccount.OpenAsync();
            account.HasStack();
            account.Says("denied", call);
            (exit, output) = await account.RunAsync(command, argument);
            Assert.True(
                exit == 0 || new[] { "AccessDenied", "could not be", "may not be" }.Any(output.Contains),
                $"{command}, when '{call}' is denied, ends with {exit} and says only: {output}"
            );
        }
    }

    [Fact]
    public async Task An_update_keeps_every_value_that_the_stack_has_and_passes_commas_as_they_are()
    {
        await using var account = await AwsAccount.OpenAsync();
        account.HasStack();
        account.Says("parameters", "Architecture\tarm64\nBucketNamePrefix\tother\nAlarmEmail\t\nDeletionProtection\ttrue");
        const string Origins = "https://a.example,https://b.example";
        var (exit, output) = await account.RunAsync("deploy", "--no-build", "--parameter", $"AllowedOrigins={Origins}");
        Assert.True(exit == 0, output);
        var proposed = account.Proposed;
        Assert.Equal(Origins, proposed["AllowedOrigins"]);
        Assert.All(["Architecture", "BucketNamePrefix", "AlarmEmail"], name => Assert.Null(proposed[name]));
        Assert.Equal(("arm64", "other"), (account.Parameters["Architecture"], account.Parameters["BucketNamePrefix"]));
        Assert.DoesNotContain("InstanceType", proposed.Keys);
    }

    [Fact]
    public async Task Another_bucket_or_database_is_refused_unless_it_is_meant()
    {
        await using var account = await AwsAccount.OpenAsync();
        account.HasStack();
        account.Says("parameters", "BucketNamePrefix\timageapp");
        var (exit, output) = await account.RunAsync("deploy", "--no-build", "--parameter", "BucketNamePrefix=other");
        Assert.Equal(1, exit);
        Assert.Contains("--replace-data", output);
        Assert.DoesNotContain(account.Calls, call => call.Contains("change-set", StringComparison.Ordinal));

        // By whatever way it would come to it.
        account.Says("changes", "Modify\tDatabase\tAWS::RDS::DBInstance\tTrue");
        (exit, output) = await account.RunAsync("deploy", "--no-build");
        Assert.Equal(1, exit);
        Assert.Contains("AWS::RDS::DBInstance", output);
        Assert.DoesNotContain(account.Calls, call => call.Contains("execute-change-set", StringComparison.Ordinal));
        (exit, output) = await account.RunAsync("deploy", "--no-build", "--replace-data");
        Assert.True(exit == 0, output);
        Assert.Contains(account.Calls, call => call.Contains("execute-change-set", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_dry_run_shows_the_changes_of_nested_stacks_too_and_changes_nothing(bool exists)
    {
        await using var account = await AwsAccount.OpenAsync();
        if (exists)
        {
            account.HasStack();
        }

        var (exit, output) = await account.RunAsync("deploy", "--no-build", "--dry-run");
        Assert.True(exit == 0, output);
        Assert.Contains("AWS::CloudFormation::Stack", output);
        Assert.Contains("AWS::EC2::LaunchTemplate", output);
        Assert.DoesNotContain(account.Calls, call => call.Contains("execute-change-set", StringComparison.Ordinal));
        var created = Assert.Single(account.Calls, call => call.StartsWith("cloudformation create-change-set", StringComparison.Ordinal));
        Assert.Contains(exists ? "--change-set-type UPDATE" : "--change-set-type CREATE", created);
        Assert.Single(account.Calls, call => call.StartsWith("cloudformation delete-change-set", StringComparison.Ordinal));
        Assert.Equal(exists ? 0 : 1, account.Calls.Count(call => call.StartsWith("cloudformation delete-stack", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_dry_run_that_cannot_show_the_changes_says_why_and_fails()
    {
        await using var account = await AwsAccount.OpenAsync();
        account.Says(
            "reason",
            "Nested change set arn:aws:cloudformation:us-east-1:000000000000:changeSet/nested/1 was not successfully created."
        );
        account.Says("nested-reason", "Template error: Fn::Select cannot select nonexistent value at index 5");
        var (exit, output) = await account.RunAsync("deploy", "--no-build", "--dry-run");
        Assert.Equal(1, exit);
        Assert.Contains("Fn::Select cannot select", output);

        account.Says("reason", "The submitted information didn't contain changes.");
        (exit, output) = await account.RunAsync("deploy", "--no-build", "--dry-run");
        Assert.Equal(0, exit);
        Assert.Contains("nothing changes", output);

        account.Forgets("reason");
        account.Says("refused", "Parameter AlarmEmail is not possible");
        (exit, output) = await account.RunAsync("deploy", "--no-build", "--dry-run");
        Assert.Equal(1, exit);
        Assert.Contains("AlarmEmail is not possible", output);
    }

    [Fact]
    public async Task What_the_account_cannot_have_is_chosen_smaller_and_said()
    {
        await using var account = await AwsAccount.OpenAsync();
        account.Says("concurrency", "10\t10");
        account.Says("plan", "FREE");
        var (exit, output) = await account.RunAsync("deploy", "--no-build");
        Assert.True(exit == 0, output);
        Assert.Contains("FunctionConcurrency=0", output);
        Assert.Contains("BackupRetentionDays", output);
        Assert.Equal(("0", "1"), (account.Parameters["FunctionConcurrency"], account.Parameters["BackupRetentionDays"]));
    }

    [Theory]
    [InlineData("concurrency", "1000\t105", "must leave 100", "FunctionConcurrency=6")]
    [InlineData("plan", "FREE", "free plan", "DatabaseClass=db.m7g.large")]
    [InlineData("plan", "FREE", "one day at most", "BackupRetentionDays=7")]
    [InlineData("quota-L-1216C47A", "4.0", "Running On-Demand", "WebMaxSize=3")]
    [InlineData("quota-L-0263D0A3", "1.0", "Elastic IPs", "AlarmEmail=a@example.com")]
    [InlineData("quota-L-F678F1CE", "1.0", "VPCs", "AlarmEmail=a@example.com")]
    [InlineData("groups", "/aws/lambda/imageapp-caption", "Log group /aws/lambda/imageapp-caption is there", "AlarmEmail=a@example.com")]
    [InlineData("function-imageapp-thumbnail", "", "Function imageapp-thumbnail is there", "AlarmEmail=a@example.com")]
    [InlineData("secret-imageapp-web-keys", "", "Secret imageapp-web-keys is there", "AlarmEmail=a@example.com")]
    public async Task What_stands_in_the_way_is_told_before_anything_is_created(
        string question,
        string answer,
        string words,
        string parameter
    )
    {
        await using var account = await AwsAccount.OpenAsync();
        account.Says(question, answer);
        var (exit, output) = await account.RunAsync("deploy", "--no-build", "--parameter", parameter);
        Assert.Equal(1, exit);
        Assert.Contains(words, output);
        Assert.Contains("nothing was created", output);
        Assert.DoesNotContain(account.Calls, call => call.Contains("create-bucket", StringComparison.Ordinal));
        Assert.DoesNotContain(account.Calls, call => call.Contains("change-set", StringComparison.Ordinal));
    }

    /// <summary>Nobody deploys a gallery that belongs to whoever finds it.</summary>
    [Fact]
    public async Task A_gallery_without_sign_in_is_not_deployed()
    {
        await using var account = await AwsAccount.OpenAsync(signIn: false);
        var (exit, output) = await account.RunAsync("deploy", "--no-build");
        Assert.Equal(1, exit);
        Assert.Contains("--parameter CertificateArn=", output);
        Assert.Contains("--parameter OwnerEmail=", output);
        Assert.Contains("nothing was created", output);

        // Neither by name, and not later either.
        foreach (var exists in new[] { false, true })
        {
            if (exists)
            {
                account.HasStack();
            }

            (exit, output) = await account.RunAsync("deploy", "--no-build", "--parameter", "AccessMode=open");
            Assert.Equal(1, exit);
            Assert.Contains("AccessMode=open is not deployed", output);
            Assert.Contains("AccessMode=private", output);
        }

        Assert.DoesNotContain(account.Calls, call => call.Contains("change-set", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ROLLBACK_COMPLETE", "deploy/destroy --stack imageapp")]
    [InlineData("ROLLBACK_FAILED", "deploy/destroy --stack imageapp")]
    [InlineData("DELETE_FAILED", "deploy/destroy --stack imageapp")]
    [InlineData("UPDATE_ROLLBACK_FAILED", "aws cloudformation continue-update-rollback --stack-name imageapp")]
    [InlineData("UPDATE_IN_PROGRESS", "try again when it is done")]
    public async Task A_stack_that_cannot_be_updated_is_told_with_the_reason_and_what_to_do(string status, string words)
    {
        await using var account = await AwsAccount.OpenAsync();
        account.HasStack(status);
        account.Says("events-imageapp", "2026-01-01T00:00:00Z\tAWS::EC2::VPC\tvpc-1\tVpc\tThe maximum number of VPCs has been reached.");
        var (exit, output) = await account.RunAsync("deploy", "--no-build");
        Assert.Equal(1, exit);
        Assert.Contains(words, output);
        Assert.Equal(status != "UPDATE_IN_PROGRESS", output.Contains("maximum number of VPCs", StringComparison.Ordinal));
        Assert.DoesNotContain(account.Calls, call => call.Contains("change-set", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failure_is_told_by_its_innermost_reason_though_its_stack_is_deleted()
    {
        await using var account = await AwsAccount.OpenAsync();
        account.Says("failing", "ROLLBACK_COMPLETE");
        const string Nested = "arn:aws:cloudformation:us-east-1:000000000000:stack/imageapp-Web-1";
        account.Says(
            "events-imageapp",
            $"2026-01-01T00:00:09Z\tAWS::CloudFormation::Stack\t{Nested}\tWeb\tEmbedded stack {Nested} was not successfully created\n"
                + "2026-01-01T00:00:09Z\tAWS::CloudFormation::Stack\tarn:aws:cloudformation:us-east-1:0:stack/imageapp/1\timageapp\t"
                + "The following resource(s) failed"
        );
        account.Says(
            "events-imageapp-Web-1",
            "2026-01-01T00:00:08Z\tAWS::AutoScaling::AutoScalingGroup\t\tGroup\twaiting for Healthy: Degraded MySql\n"
                + "2026-01-01T00:00:08Z\tAWS::AutoScaling::ScalingPolicy\t\tKeepCpu\tResource creation cancelled"
        );
        var (exit, output) = await account.RunAsync("deploy", "--no-build");
        Assert.Equal(1, exit);
        Assert.Contains("Group (AWS::AutoScaling::AutoScalingGroup): waiting for Healthy: Degraded MySql", output);
        Assert.DoesNotContain("cancelled", output);
        Assert.DoesNotContain("Embedded stack", output);
        Assert.Contains("ROLLBACK_COMPLETE", output);
    }

    [Fact]
    public async Task What_was_kept_is_found_again()
    {
        await using var account = await AwsAccount.OpenAsync();
        account.Says("buckets", Pictures);
        account.Says("snapshots", "imageapp-data-1-snapshot-old\timageapp-data-2-snapshot-new");
        var (exit, output) = await account.RunAsync("deploy", "--no-build");
        Assert.True(exit == 0, output);
        Assert.Contains("with the pictures in it", output);
        Assert.Equal(
            ("true", "imageapp-data-2-snapshot-new"),
            (account.Parameters["BucketExists"], account.Parameters["DatabaseSnapshot"])
        );
        var rules = Assert.Single(account.Calls, call => call.Contains("put-bucket-notification-configuration", StringComparison.Ordinal));
        Assert.Contains("arn:aws:sns:us-east-1:000000000000:imageapp-images", rules);
        Assert.Contains("--expected-bucket-owner 000000000000", rules);

        // And not given up by the next deployment.
        (exit, output) = await account.RunAsync("deploy", "--no-build");
        Assert.True(exit == 0, output);
        Assert.Null(account.Proposed["BucketExists"]);
        Assert.Equal("imageapp-data-2-snapshot-new", account.Parameters["DatabaseSnapshot"]);
    }

    [Theory]
    [InlineData("mawk")]
    [InlineData("gawk")]
    public async Task Changed_content_changes_a_zips_key_and_its_time_does_not(string awk)
    {
        var folder = Directory.CreateTempSubdirectory("imageapp-key-").FullName;
        try
        {
            var program = (Environment.GetEnvironmentVariable("PATH") ?? "")
                .Split(':')
                .Select(path => Path.Combine(path, awk))
                .First(File.Exists);
            File.CreateSymbolicLink(Path.Combine(folder, "awk"), program);
            var first = await KeyAsync(folder, "content", new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
            Assert.Matches("^[0-9a-f]{16}$", first);
            Assert.Equal(first, await KeyAsync(folder, "content", new DateTimeOffset(2026, 2, 2, 0, 0, 0, TimeSpan.Zero)));
            Assert.NotEqual(first, await KeyAsync(folder, "CONTENT", new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("deploy", "'--everything' is not known", "--everything")]
    [InlineData("deploy", "AlarmEmail", "--parameter", "AlarmMail=a@example.com")]
    [InlineData("deploy", "is not possible", "--parameter", "WebCodeKey=other.zip")]
    [InlineData("deploy", "lower-case letters", "--stack", "Image_App")]
    [InlineData("deploy", "for account 000000000000, and --account says 111111111111", "--account", "111111111111")]
    [InlineData("deploy", "needs a value", "--region")]
    [InlineData("destroy", "'--all' is not known", "--all")]
    public async Task What_is_wrong_is_named_and_nothing_is_done(string command, string words, params string[] arguments)
    {
        await using var account = await AwsAccount.OpenAsync();
        var (exit, output) = await account.RunAsync(command, arguments);
        Assert.Equal(1, exit);
        Assert.Contains(words, output);
        Assert.All(account.Calls, call => Assert.StartsWith("sts ", call));
    }

    [Fact]
    public async Task Destroy_asks_before_it_removes_anything()
    {
        await using var account = await AwsAccount.OpenAsync();
        account.HasStack();
        account.Says("buckets", Pictures);
        var (exit, output) = await account.RunAsync("destroy");
        Assert.Equal(1, exit);
        Assert.Contains("bucket imageapp-000000000000-us-east-1 with every picture in it", output);
        Assert.Contains("Nothing was removed", output);
        Assert.DoesNotContain(
            account.Calls,
            call => call.Contains("delete", StringComparison.Ordinal) || call.Contains("modify", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Destroy_removes_everything_or_keeps_the_pictures(bool keep)
    {
        await using var account = await AwsAccount.OpenAsync(real: true);
        account.HasStack();
        account.Says("snapshots", "imageapp-data-1-snapshot-1");
        account.Says("groups", "/aws/lambda/imageapp-caption");
        await FillAsync(account, Pictures, CodeBucket);

        var (exit, output) = await account.RunAsync("destroy", keep ? ["--yes", "--keep-pictures"] : ["--yes"]);
        Assert.True(exit == 0, output);
        var calls = account.Calls.ToList();
        var unprotected = calls.FindIndex(call =>
            call.StartsWith("rds modify-db-instance --db-instance-identifier database-1 --no-deletion-protection", StringComparison.Ordinal)
        );
        var deleted = calls.FindIndex(call =>
            call.StartsWith("cloudformation delete-stack --stack-name imageapp", StringComparison.Ordinal)
        );
        Assert.True(unprotected >= 0 && deleted > unprotected, string.Join('\n', calls));
        Assert.Equal(!keep, calls.Contains("rds delete-db-snapshot --db-snapshot-identifier imageapp-data-1-snapshot-1"));
        Assert.Contains("logs delete-log-group --log-group-name /aws/lambda/imageapp-caption", calls);
        Assert.Equal(keep ? [Pictures] : [], await BucketsAsync(account));

        (exit, output) = await account.RunAsync("destroy", keep ? ["--keep-pictures"] : []);
        Assert.Equal(0, exit);
        Assert.Contains("nothing to remove", output);

        // What was kept can still be removed, though no stack knows of it.
        (exit, output) = await account.RunAsync("destroy", "--yes");
        Assert.Equal(0, exit);
        Assert.Empty(await BucketsAsync(account));
        Assert.Equal(1, account.Calls.Count(call => call.StartsWith("rds delete-db-snapshot", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Destroy_can_be_run_again_after_it_failed_half_way()
    {
        await using var account = await AwsAccount.OpenAsync(real: true);
        account.HasStack();
        account.Says("failing", "DELETE_FAILED");
        account.Says(
            "events-imageapp",
            "2026-01-01T00:00:00Z\tAWS::EC2::Subnet\tsubnet-1\tPrivateSubnetA\thas dependencies and cannot be deleted"
        );
        await FillAsync(account, Pictures, CodeBucket);
        var (exit, output) = await account.RunAsync("destroy", "--yes");
        Assert.Equal(1, exit);
        Assert.Contains("PrivateSubnetA (AWS::EC2::Subnet): has dependencies", output);
        Assert.Contains("Run this again", output);
        Assert.Equal(2, (await BucketsAsync(account)).Count());

        account.Forgets("failing");
        account.Says("database-gone", "");
        (exit, output) = await account.RunAsync("destroy", "--yes");
        Assert.True(exit == 0, output);
        Assert.Empty(await BucketsAsync(account));
    }

    private static async Task FillAsync(AwsAccount account, params string[] buckets)
    {
        foreach (var bucket in buckets)
        {
            await account.S3.PutBucketAsync(bucket, Cancel);
            await account.S3.PutObjectAsync(
                new PutObjectRequest
                {
                    BucketName = bucket,
                    Key = "images/a.jpg",
                    ContentBody = "a",
                },
                Cancel
            );
        }
    }

    private static async Task<IEnumerable<string>> BucketsAsync(AwsAccount account) =>
        ((await account.S3.ListBucketsAsync(Cancel)).Buckets ?? []).Select(bucket => bucket.BucketName);

    // The key of a zip with one entry, by the function that deploy/deploy uses.
    private static async Task<string> KeyAsync(string folder, string content, DateTimeOffset time)
    {
        var zip = Path.Combine(folder, "a.zip");
        File.Delete(zip);
        await using (var archive = await ZipFile.OpenAsync(zip, ZipArchiveMode.Create, Cancel))
        {
            var entry = archive.CreateEntry("folder/a file.txt");
            entry.LastWriteTime = time;
            await using var writer = new StreamWriter(await entry.OpenAsync(Cancel));
            await writer.WriteAsync(content);
        }

        var start = new ProcessStartInfo("bash", ["-c", "source eng/setup; source deploy/aws; content_of \"$1\"", "bash", zip])
        {
            WorkingDirectory = RepositoryRoot.Path,
            RedirectStandardOutput = true,
        };
        start.Environment["PATH"] = $"{folder}:{Environment.GetEnvironmentVariable("PATH")}";
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        Assert.Equal(0, process.ExitCode);
        return output.Trim();
    }
}
