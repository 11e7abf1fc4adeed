using System.Diagnostics;
using System.Runtime.Versioning;
using Amazon.Runtime;
using Amazon.S3;
using ImageApp.AppHost.Hosting.Aws.Accounts;
using ImageApp.Tests.Application;
using Microsoft.Extensions.Configuration;

namespace ImageApp.Tests.AppHost;

/// <summary>The AppHost with bucket, topic and queue in an account of the developer's own: here another local AWS, reached by the endpoint
/// override.</summary>
[SupportedOSPlatform("linux")]
public sealed class DeveloperAccountTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("imageapp-account-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Nothing_leaves_this_machine_unless_it_is_asked_for()
    {
        Assert.Null(DeveloperAccount.From(Configuration()));
        Assert.Null(DeveloperAccount.From(Configuration(("AWS:Region", "eu-west-1"))));
        Assert.Equal("work", DeveloperAccount.From(Configuration(("AWS:Profile", "work")))!.Profile);
        var ambient = DeveloperAccount.From(Configuration(("AWS:UseAccount", "true"), ("AWS_REGION", "eu-west-1")))!;
        Assert.Null(ambient.Profile);
        Assert.Equal("eu-west-1", ambient.Region.SystemName);
    }

    [Theory]
    [InlineData("jane", "imageapp-jane")]
    [InlineData("Jane.Doe", "imageapp-jane-doe")]
    [InlineData("DOMAIN\\jane_", "imageapp-domain-jane")]
    [InlineData("a-very-long-user-name-that-goes-on", "imageapp-a-very-long-user-na")]
    public async Task The_stack_carries_the_users_name_and_is_called_alike_by_what_makes_and_what_removes_it(string user, string name)
    {
        Assert.Equal(name, DeveloperAccount.NameOf(user));
        using var shell = Process.Start(
            new ProcessStartInfo("bash", ["-c", "source eng/setup; source deploy/aws; developer_stack \"$1\"", "bash", user])
            {
                WorkingDirectory = RepositoryRoot.Path,
                RedirectStandardOutput = true,
            }
        )!;
        Assert.Equal(name, (await shell.StandardOutput.ReadToEndAsync(Cancel)).Trim());
        await shell.WaitForExitAsync(Cancel);
    }

    [Theory]
    [InlineData("not json", "not JSON")]
    [InlineData("{\"Records\":[]}", "no notification of SNS")]
    [InlineData("{\"Type\":\"SubscriptionConfirmation\",\"TopicArn\":\"t\",\"Message\":\"m\"}", "no notification of SNS")]
    public void A_message_that_is_not_from_sns_is_refused(string body, string words) =>
        Assert.Contains(words, Assert.Throws<FormatException>(() => SnsLambdaEvent.FromQueue(body)).Message);

    [Fact]
    public async Task Pictures_in_the_account_are_described_by_functions_on_this_machine_and_down_removes_the_stack()
    {
        await using var account = await LocalAwsInstance.StartAsync(_ => { });
        await using (var host = await AppHostProcess.StartAsync(_folder, Environment(account), "--AWS:UseAccount=true"))
        {
            var image = await host.UploadAsync(TestImages.Jpeg(300, 200), "account.jpg");
            Assert.NotNull(image["thumbnailUrl"]);
            Assert.NotNull(image["caption"]);

            // Original and thumbnails are in the account's bucket, which is named for the user.
            using var s3 = Client(account);
            var bucket = Assert.Single((await s3.ListBucketsAsync(Cancel)).Buckets).BucketName;
            Assert.StartsWith("imageapp-", bucket);
            Assert.EndsWith("-000000000000-us-east-1", bucket);
            var keys = (await s3.ListObjectsV2Async(new Amazon.S3.Model.ListObjectsV2Request { BucketName = bucket }, Cancel))
                .S3Objects.Select(item => item.Key)
                .ToList();
            Assert.Contains(keys, key => key.StartsWith("images/", StringComparison.Ordinal));
            Assert.Contains(keys, key => key.StartsWith("thumbnails/", StringComparison.Ordinal));

            // Handled events are gone from the queue.
            await EmptyAsync(account);
        }

        var (exit, output) = await DownAsync(account, "--yes");
        Assert.True(exit == 0, output);
        Assert.Contains("Removed stack imageapp-", output);
        using var after = Client(account);
        Assert.Empty((await after.ListBucketsAsync(Cancel)).Buckets ?? []);
        (exit, output) = await DownAsync(account);
        Assert.True(exit == 0, output);
        Assert.Contains("nothing to remove", output);
    }

    private static IConfiguration Configuration(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))
            .Build();

    private static AmazonS3Client Client(LocalAwsInstance account) =>
        new(
            new BasicAWSCredentials(account.Options.AccessKeyId, account.Options.SecretAccessKey),
            new AmazonS3Config
            {
                ServiceURL = account.Server.Endpoint.ToString(),
                AuthenticationRegion = account.Options.Region,
                ForcePathStyle = true,
            }
        );

    private static Dictionary<string, string> Environment(LocalAwsInstance account) =>
        new()
        {
            ["AWS_ENDPOINT_URL"] = account.Server.Endpoint.ToString().TrimEnd('/'),
            ["AWS_ACCESS_KEY_ID"] = account.Options.AccessKeyId,
            ["AWS_SECRET_ACCESS_KEY"] = account.Options.SecretAccessKey,
            ["AWS_REGION"] = account.Options.Region,
        };

    private static async Task EmptyAsync(LocalAwsInstance account)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        var queues = (await account.Sqs.ListQueuesAsync("", deadline.Token)).QueueUrls;
        Assert.Contains(queues, queue => queue.Contains("EventQueue", StringComparison.Ordinal));
        foreach (var queue in queues)
        {
            while (
                (
                    await account.Sqs.GetQueueAttributesAsync(
                        queue,
                        ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
                        deadline.Token
                    )
                )
                    is var state
                && state.ApproximateNumberOfMessages + state.ApproximateNumberOfMessagesNotVisible > 0
            )
            {
                await Task.Delay(100, deadline.Token);
            }
        }
    }

    private static async Task<(int ExitCode, string Output)> DownAsync(LocalAwsInstance account, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(RepositoryRoot.Path, "run"), ["--aws", "--down", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in Environment(account))
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(Cancel), process.StandardError.ReadToEndAsync(Cancel));
        await process.WaitForExitAsync(Cancel).WaitAsync(TimeSpan.FromMinutes(2), Cancel);
        return (process.ExitCode, await output + await error);
    }
}
