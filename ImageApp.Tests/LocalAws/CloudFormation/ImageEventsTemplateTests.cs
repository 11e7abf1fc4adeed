using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.SQS;
using Amazon.SQS.Model;
using ImageApp.LocalAws;
using ImageApp.LocalAws.CloudFormation;
using ImageApp.LocalAws.CloudFormation.Templates;
using ImageApp.LocalAws.Lambda;
using Microsoft.Extensions.DependencyInjection;

namespace ImageApp.Tests.LocalAws.CloudFormation;

/// <summary>image-events.template, as it is, on local AWS: what the AppHost does with it at every start.</summary>
public sealed class ImageEventsTemplateTests
{
    private const string Bucket = "imageapp-000000000000-us-east-1";
    private const string TopicArnStart = "arn:aws:sns:us-east-1:000000000000:imageapp-images";
    private const string CaptionFunctionArn = "arn:aws:lambda:us-east-1:000000000000:function:CaptionFunction";
    private const string CaptionQueueArnStart = "arn:aws:sqs:us-east-1:000000000000:image-events-CaptionDeadLetterQueue-";

    private static readonly string Template = File.ReadAllText(
        Path.Combine(RepositoryRoot.Path, "ImageApp.AppHost", "image-events.template")
    );

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_stack_has_all_that_the_template_says()
    {
        await using var host = await StartAsync();
        var stack = await DeployAsync(host, Template, ("AllowedOrigins", "http://localhost:5000,https://photos.example"));
        using var s3 = S3(host);
        using var sqs = Sqs(host);

        Assert.Equal(Bucket, CloudFormationClient.Output(stack, "BucketName"));
        Assert.Equal($"arn:aws:s3:::{Bucket}", CloudFormationClient.Output(stack, "BucketArn"));
        var topic = CloudFormationClient.Output(stack, "TopicArn");
        Assert.StartsWith(TopicArnStart, topic, StringComparison.Ordinal);

        var encryption = await s3.GetBucketEncryptionAsync(new GetBucketEncryptionRequest { BucketName = Bucket }, Cancelled);
        Assert.Equal(
            ServerSideEncryptionMethod.AES256,
            encryption
                .ServerSideEncryptionConfiguration.ServerSideEncryptionRules.Single()
                .ServerSideEncryptionByDefault.ServerSideEncryptionAlgorithm
        );
        var block = (
            await s3.GetPublicAccessBlockAsync(new GetPublicAccessBlockRequest { BucketName = Bucket }, Cancelled)
        ).PublicAccessBlockConfiguration;
        Assert.True(
            block.BlockPublicAcls is true
                && block.BlockPublicPolicy is true
                && block.IgnorePublicAcls is true
                && block.RestrictPublicBuckets is true
        );
        var cors = (
            await s3.GetCORSConfigurationAsync(new GetCORSConfigurationRequest { BucketName = Bucket }, Cancelled)
        ).Configuration.Rules.Single();
        Assert.Equal(["http://localhost:5000", "https://photos.example"], cors.AllowedOrigins);
        Assert.Equal(["PUT"], cors.AllowedMethods);
        Assert.Equal(["ETag"], cors.ExposeHeaders);
        var lifecycle = (
            await s3.GetLifecycleConfigurationAsync(new GetLifecycleConfigurationRequest { BucketName = Bucket }, Cancelled)
        ).Configuration.Rules.Single();
        Assert.Equal(1, lifecycle.AbortIncompleteMultipartUpload.DaysAfterInitiation);
        var notifications = (
            await s3.GetBucketNotificationAsync(new GetBucketNotificationRequest { BucketName = Bucket }, Cancelled)
        ).TopicConfigurations;
        Assert.All(
            notifications,
            notification =>
                Assert.Equal((topic, "images/"), (notification.Topic, notification.Filter.S3KeyFilter.FilterRules.Single().Value))
        );
        Assert.Equal(
            ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"],
            notifications.Select(each => each.Events.Single().Value).Order(StringComparer.Ordinal)
        );
        var bucketPolicy = (await s3.GetBucketPolicyAsync(new GetBucketPolicyRequest { BucketName = Bucket }, Cancelled)).Policy;
        Assert.Contains("aws:SecureTransport", bucketPolicy, StringComparison.Ordinal);

        foreach (var name in new[] { "Caption", "Thumbnail" })
        {
            var attributes = await sqs.GetQueueAttributesAsync(
                new GetQueueAttributesRequest
                {
                    QueueUrl = CloudFormationClient.Output(stack, name + "DeadLetterQueueUrl"),
                    AttributeNames = ["All"],
                },
                Cancelled
            );
            Assert.Equal(CloudFormationClient.Output(stack, name + "DeadLetterQueueArn"), attributes.QueueARN);
            Assert.Equal(1_209_600, attributes.MessageRetentionPeriod);
            Assert.Equal("true", attributes.Attributes["SqsManagedSseEnabled"]);
            Assert.Equal(3, JsonNode.Parse(attributes.Policy)!["Statement"]!.AsArray().Count);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pictures_survive_the_stack_and_the_next_one_finds_them(bool toldByParameter)
    {
        await using var host = await StartAsync(options => options.TakesOverKeptBuckets = !toldByParameter);
        var id = (await DeployAsync(host, Template)).Descendants().First(element => element.Name.LocalName == "StackId").Value;
        await PutImageAsync(host);
        await host.CloudFormation.CallAsync("DeleteStack", ("StackName", "image-events"));
        await host.CloudFormation.SettledAsync(id, "DELETE_COMPLETE");
        using var s3 = S3(host);
        Assert.Equal(1, (await s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Bucket }, Cancelled)).KeyCount);

        var stack = await DeployAsync(host, Template, ("BucketExists", toldByParameter ? "true" : "false"));
        Assert.Equal(Bucket, CloudFormationClient.Output(stack, "BucketName"));
        Assert.Equal(1, (await s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Bucket }, Cancelled)).KeyCount);

        // What is stored now reaches the functions, as before.
        using var http = new HttpClient { BaseAddress = host.Server.Endpoint, Timeout = Timeout.InfiniteTimeSpan };
        await PutImageAsync(host);
        var thumbnail = await new RuntimeClient(http, host.RuntimePathOf("ThumbnailFunction")).ServeAsync("null");
        Assert.Contains("images/one.jpg", thumbnail.Payload, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_in_the_bucket_reaches_both_functions_and_what_fails_waits_in_its_queue()
    {
        await using var host = await StartAsync();
        var stack = await DeployAsync(host, Template);
        using var http = new HttpClient { BaseAddress = host.Server.Endpoint, Timeout = Timeout.InfiniteTimeSpan };
        await PutImageAsync(host);

        var thumbnail = await new RuntimeClient(http, host.RuntimePathOf("ThumbnailFunction")).ServeAsync("null");
        Assert.Contains("images/one.jpg", thumbnail.Payload, StringComparison.Ordinal);
        var caption = new RuntimeClient(http, host.RuntimePathOf("CaptionFunction"));
        for (var attempt = 0; attempt <= 2; attempt++)
        {
            await caption.FailAsync((await caption.NextAsync()).RequestId, "Transient", "the model is away");
        }

        using var sqs = Sqs(host);
        var message = await ReceiveAsync(sqs, CloudFormationClient.Output(stack, "CaptionDeadLetterQueueUrl"));
        Assert.Contains("images/one.jpg", message.Body, StringComparison.Ordinal);
        Assert.Contains("the model is away", message.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_deployed_as_the_app_host_does_and_a_second_start_changes_no_more_than_tags()
    {
        await using var host = await StartAsync();
        await ProvisionAsync(host, Template, "CREATE", "CREATE_COMPLETE");
        var topic = CloudFormationClient.Output(await host.CloudFormation.DescribeAsync("image-events"), "TopicArn");

        // Only the text differs, and with it the tag that holds its hash.
        await ProvisionAsync(host, Template + "# a remark\n", "UPDATE", "UPDATE_COMPLETE");
        Assert.Equal(topic, CloudFormationClient.Output(await host.CloudFormation.DescribeAsync("image-events"), "TopicArn"));
        var topicTags = (await host.SnsAsync("ListTagsForResource", ("ResourceArn", topic))).ToString();
        foreach (var tag in (await host.CloudFormation.DescribeAsync("image-events")).Element("Tags")!.Elements("member"))
        {
            Assert.Contains(tag.Element("Value")!.Value, topicTags, StringComparison.Ordinal);
        }

        // A bucket of which only the tags change sends no test event: the first that comes is the image's.
        using var http = new HttpClient { BaseAddress = host.Server.Endpoint, Timeout = Timeout.InfiniteTimeSpan };
        var runtime = new RuntimeClient(http, host.RuntimePathOf("ThumbnailFunction"));
        await PutImageAsync(host);
        Assert.Contains("images/one.jpg", (await runtime.ServeAsync("null")).Payload, StringComparison.Ordinal);

        await ProvisionAsync(
            host,
            Template.Replace("DisplayName: ImageApp images", "DisplayName: Pictures", StringComparison.Ordinal),
            "UPDATE",
            "UPDATE_COMPLETE"
        );
        Assert.Contains("ImageTopic: UPDATE_COMPLETE", await host.CloudFormation.EventsAsync("image-events"));
        Assert.Equal(topic, CloudFormationClient.Output(await host.CloudFormation.DescribeAsync("image-events"), "TopicArn"));
    }

    [Fact]
    public async Task Deleting_the_stack_keeps_the_bucket_and_its_pictures()
    {
        await using var host = await StartAsync();
        var id = (await DeployAsync(host, Template)).Element("StackId")!.Value;
        using var s3 = S3(host);
        await s3.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = Bucket,
                Key = "thumbnails/kept.txt",
                ContentBody = "kept",
            },
            Cancelled
        );

        await host.CloudFormation.CallAsync("DeleteStack", ("StackName", "image-events"));
        await host.CloudFormation.SettledAsync(id, "DELETE_COMPLETE");

        Assert.Contains("ImageBucket: DELETE_SKIPPED", await host.CloudFormation.EventsAsync(id));
        using var sqs = Sqs(host);
        Assert.Empty((await sqs.ListQueuesAsync(new ListQueuesRequest(), Cancelled)).QueueUrls ?? []);
        Assert.Equal(
            "thumbnails/kept.txt",
            (await s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Bucket }, Cancelled)).S3Objects.Single().Key
        );
    }

    [Fact]
    public async Task Without_the_bucket_to_topic_permission_action_and_arns_are_in_the_log()
    {
        await using var host = await StartAsync();
        var template = WithoutResource(Template, "TopicPolicy").Replace("    DependsOn: TopicPolicy\n", "", StringComparison.Ordinal);

        await host.CloudFormation.CreateAsync("image-events", template);
        // As in AWS, a bucket is not made with a notification that could never be delivered.
        await host.CloudFormation.SettledAsync("image-events", "ROLLBACK_COMPLETE");

        await host.Logs.ProblemAsync("sns:Publish", TopicArnStart, $"arn:aws:s3:::{Bucket}", "s3.amazonaws.com");
        await host.Logs.ProblemAsync("image-events", "ImageBucket", "AWS::S3::Bucket", "CREATE_FAILED", "sns:Publish");
    }

    [Fact]
    public async Task Without_the_topic_to_function_permission_action_and_arns_are_in_the_log()
    {
        await using var host = await StartAsync();
        var template = WithoutResource(Template, "CaptionFunctionPermission")
            .Replace("[CaptionFunctionPermission, ", "[", StringComparison.Ordinal);
        var stack = await DeployAsync(host, template);
        await PutImageAsync(host);

        await host.Logs.ProblemAsync("lambda:InvokeFunction", CaptionFunctionArn, TopicArnStart, "sns.amazonaws.com");
        using var sqs = Sqs(host);
        Assert.Contains(
            "images/one.jpg",
            (await ReceiveAsync(sqs, CloudFormationClient.Output(stack, "CaptionDeadLetterQueueUrl"))).Body,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Without_the_topic_to_queue_permission_action_and_arns_are_in_the_log()
    {
        await using var host = await StartAsync();
        var template = WithoutResource(Template, "CaptionFunctionPermission")
            .Replace("[CaptionFunctionPermission, ", "[", StringComparison.Ordinal);
        await DeployAsync(host, WithoutStatement(template, "AllowTopicToSend"));
        await PutImageAsync(host);
        await host.Logs.ProblemAsync("sqs:SendMessage", CaptionQueueArnStart, TopicArnStart, "sns.amazonaws.com");
    }

    [Fact]
    public async Task A_functions_failures_reach_the_queue_without_its_permission_since_the_execution_role_decides()
    {
        await using var host = await StartAsync();
        var stack = await DeployAsync(host, WithoutStatement(Template, "AllowFunctionToSend"), ("AsynchronousRetryAttempts", "0"));
        await PutImageAsync(host);
        using var http = new HttpClient { BaseAddress = host.Server.Endpoint, Timeout = Timeout.InfiniteTimeSpan };
        var caption = new RuntimeClient(http, host.RuntimePathOf("CaptionFunction"));
        await caption.FailAsync((await caption.NextAsync()).RequestId, "Transient", "the model is away");
        using var sqs = Sqs(host);
        Assert.Contains(
            "the model is away",
            (await ReceiveAsync(sqs, CloudFormationClient.Output(stack, "CaptionDeadLetterQueueUrl"))).Body,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Everything_in_the_template_is_described()
    {
        await using var host = await StartAsync();
        var template = TemplateParser.Parse(Template, host.Server.Services.GetRequiredService<ResourceTypes>());
        Assert.False(string.IsNullOrWhiteSpace(template.Description));
        Assert.All(template.Parameters.Values, parameter => Assert.False(string.IsNullOrWhiteSpace(parameter.Description)));
        Assert.All(template.Outputs.Values, output => Assert.False(string.IsNullOrWhiteSpace(output.Description)));
    }

    private static Task<LocalAwsInstance> StartAsync(Action<LocalAwsOptions>? configure = null) =>
        StackInstance.StartAsync(configure: options =>
        {
            options.Functions.Add(new FunctionRegistration("CaptionFunction"));
            options.Functions.Add(new FunctionRegistration("ThumbnailFunction"));
            configure?.Invoke(options);
        });

    private static async Task<System.Xml.Linq.XElement> DeployAsync(
        LocalAwsInstance host,
        string template,
        params (string, string)[] parameters
    )
    {
        await host.CloudFormation.CreateAsync("image-events", template, CloudFormationClient.Parameters(parameters));
        return await host.CloudFormation.SettledAsync("image-events", "CREATE_COMPLETE");
    }

    /// <summary>The calls of Aspire.Hosting.AWS's CloudFormationStackExecutor, in its order.</summary>
    private static async Task ProvisionAsync(LocalAwsInstance host, string template, string type, string status)
    {
        var existing = (await host.CloudFormation.CallAsync("DescribeStacks"))
            .Descendants("StackName")
            .Any(name => name.Value == "image-events");
        Assert.Equal(type == "UPDATE", existing);
        var id = (
            await host.CloudFormation.CallAsync(
                "CreateChangeSet",
                ("StackName", "image-events"),
                ("ChangeSetName", $"Aspire-AppHost-{DateTime.Now.Ticks}"),
                ("ChangeSetType", type),
                ("Capabilities.member.1", "CAPABILITY_IAM"),
                ("Capabilities.member.2", "CAPABILITY_NAMED_IAM"),
                ("Capabilities.member.3", "CAPABILITY_AUTO_EXPAND"),
                ("TemplateBody", template),
                ("Tags.member.1.Key", "AspireAppHost_SHA256"),
                ("Tags.member.1.Value", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(template))))
            )
        )
            .Element("Id")!
            .Value;
        Assert.Equal(
            "CREATE_COMPLETE",
            (await host.CloudFormation.CallAsync("DescribeChangeSet", ("ChangeSetName", id))).Element("Status")!.Value
        );
        await host.CloudFormation.CallAsync("ExecuteChangeSet", ("StackName", "image-events"), ("ChangeSetName", id));
        await host.CloudFormation.SettledAsync("image-events", status);
    }

    private static AmazonS3Client S3(LocalAwsInstance host) =>
        new(
            host.Options.AccessKeyId,
            host.Options.SecretAccessKey,
            new AmazonS3Config
            {
                ServiceURL = host.Server.Endpoint.ToString(),
                ForcePathStyle = true,
                AuthenticationRegion = host.Options.Region,
                MaxErrorRetry = 0,
            }
        );

    private static AmazonSQSClient Sqs(LocalAwsInstance host) =>
        new(
            host.Options.AccessKeyId,
            host.Options.SecretAccessKey,
            new AmazonSQSConfig
            {
                ServiceURL = host.Server.Endpoint.ToString(),
                AuthenticationRegion = host.Options.Region,
                MaxErrorRetry = 0,
            }
        );

    private static async Task PutImageAsync(LocalAwsInstance host)
    {
        using var s3 = S3(host);
        await s3.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = Bucket,
                Key = "images/one.jpg",
                ContentBody = "not really one",
            },
            Cancelled
        );
    }

    private static async Task<Message> ReceiveAsync(AmazonSQSClient sqs, string queueUrl)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            var received = await sqs.ReceiveMessageAsync(
                new ReceiveMessageRequest { QueueUrl = queueUrl, WaitTimeSeconds = 5 },
                deadline.Token
            );
            if (received.Messages is [var message, ..])
            {
                return message;
            }
        }
    }

    /// <summary>The template's text without one resource.</summary>
    private static string WithoutResource(string template, string logicalId) =>
        Without(template, $@"^  {logicalId}:\n(    .*\n|\n(?=    ))*");

    /// <summary>The template's text without the statements of this Sid.</summary>
    private static string WithoutStatement(string template, string sid) =>
        Without(template, $@"^          - Sid: {sid}\n(            .*\n)*");

    private static string Without(string template, string pattern)
    {
        var rest = Regex.Replace(template, pattern, "", RegexOptions.Multiline);
        Assert.NotEqual(template, rest);
        return rest;
    }
}
