using System.Runtime.Versioning;
using Amazon.S3.Model;

namespace ImageApp.Tests.Deploy;

/// <summary>deploy/deploy and deploy/destroy, with the real AWS CLI.</summary>
[SupportedOSPlatform("linux")]
public sealed class DeployCommandTests
{
    private const string CodeBucket = "imageapp-code-000000000000-us-east-1";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Deploys_code_and_templates_and_prints_the_address()
    {
        await using var account = await AwsAccount.OpenAsync();
        var (exit, output) = await account.RunAsync("deploy", "--no-build", "--parameter", "AlarmEmail=a@example.com");
        Assert.True(exit == 0, output);
        Assert.Contains("Account 000000000000", output);
        Assert.Contains("The gallery: http://gallery.example/\n", output);

        var call = Assert.Single(account.Calls, call => call.StartsWith("cloudformation deploy ", StringComparison.Ordinal));
        Assert.Contains("--capabilities CAPABILITY_IAM", call);
        Assert.Contains("AlarmEmail=a@example.com", call);
        Assert.Contains("BucketNamePrefix=imageapp", call);
        foreach (
            var (parameter, zip) in new[]
            {
                ("WebCodeKey", "Web"),
                ("CaptionCodeKey", "CaptionFunction"),
                ("ThumbnailCodeKey", "ThumbnailFunction"),
            }
        )
        {
            var key = call.Split(' ').Single(word => word.StartsWith(parameter + "=", StringComparison.Ordinal)).Split('=')[1];
            using var stored = await account.S3.GetObjectAsync(CodeBucket, key, Cancel);
            Assert.Equal(new FileInfo(Path.Combine(RepositoryRoot.Path, "artifacts", $"ImageApp.{zip}.zip")).Length, stored.ContentLength);
        }

        // Every nested template is where the packaged root says, as it is in the project.
        var root = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Path, "artifacts", "root.packaged.yaml"), Cancel);
        var addresses = root.Split('\n')
            .Where(line => line.Contains("TemplateURL:", StringComparison.Ordinal))
            .Select(line => line.Split("TemplateURL:")[1].Trim())
            .ToList();
        Assert.Equal(6, addresses.Count);
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

        // Nothing changed: nothing is uploaded.
        (exit, output) = await account.RunAsync("deploy", "--no-build");
        Assert.True(exit == 0, output);
        Assert.DoesNotContain("Uploaded", output);
        Assert.DoesNotContain("Creating bucket", output);
    }

    [Fact]
    public async Task A_dry_run_shows_the_changes_of_nested_stacks_too_and_changes_nothing()
    {
        await using var account = await AwsAccount.OpenAsync();
        account.HasStack();
        var (exit, output) = await account.RunAsync("deploy", "--no-build", "--dry-run");
        Assert.True(exit == 0, output);
        Assert.Contains("Modify Web AWS::CloudFormation::Stack", output);
        Assert.Contains("Modify LaunchTemplate AWS::EC2::LaunchTemplate", output);
        Assert.DoesNotContain(account.Calls, call => call.StartsWith("cloudformation deploy ", StringComparison.Ordinal));
        var created = Assert.Single(account.Calls, call => call.StartsWith("cloudformation create-change-set", StringComparison.Ordinal));
        Assert.Contains("--change-set-type UPDATE", created);
        Assert.Contains("ParameterKey=AlarmEmail,UsePreviousValue=true", created);
        Assert.Single(account.Calls, call => call.StartsWith("cloudformation delete-change-set", StringComparison.Ordinal));
        Assert.DoesNotContain(account.Calls, call => call.StartsWith("cloudformation delete-stack", StringComparison.Ordinal));
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
        Assert.Empty(account.Calls);
        Assert.Empty((await account.S3.ListBucketsAsync(Cancel)).Buckets ?? []);
    }

    [Fact]
    public async Task Destroy_asks_before_it_removes_anything()
    {
        await using var account = await AwsAccount.OpenAsync();
        account.HasStack();
        await account.S3.PutBucketAsync("pictures", Cancel);
        var (exit, output) = await account.RunAsync("destroy");
        Assert.Equal(1, exit);
        Assert.Contains("bucket pictures with every picture in it", output);
        Assert.Contains("Nothing was removed", output);
        Assert.DoesNotContain(
            account.Calls,
            call => call.Contains("delete", StringComparison.Ordinal) || call.Contains("modify", StringComparison.Ordinal)
        );
        Assert.Single((await account.S3.ListBucketsAsync(Cancel)).Buckets);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Destroy_removes_everything_or_keeps_the_pictures(bool keep)
    {
        await using var account = await AwsAccount.OpenAsync();
        account.HasStack();
        foreach (var bucket in new[] { "pictures", CodeBucket })
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
        Assert.Equal(!keep, calls.Contains("rds delete-db-snapshot --db-snapshot-identifier snapshot-1"));
        Assert.Equal(
            keep ? ["pictures"] : [],
            ((await account.S3.ListBucketsAsync(Cancel)).Buckets ?? []).Select(bucket => bucket.BucketName)
        );

        (exit, output) = await account.RunAsync("destroy");
        Assert.Equal(0, exit);
        Assert.Contains("nothing to remove", output);
    }
}
