using System.Text.Json.Nodes;
using Amazon.S3.Model;

namespace ImageApp.Tests.LocalAws.CloudFormation;

/// <summary>Stacks of real buckets, topics and queues, through the AWS CLI.</summary>
public sealed class StackClientTests : IAsyncLifetime
{
    private LocalAwsInstance _aws = null!;
    private AwsCli _cli = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _aws = await LocalAwsInstance.StartAsync();
        _cli = new AwsCli(_aws);
    }

    public ValueTask DisposeAsync() => _aws.DisposeAsync();

    [Fact]
    public async Task A_template_larger_than_a_request_is_deployed_through_a_bucket_twice()
    {
        var bucket = await _aws.CreateBucketAsync();
        var file = Write("large.yaml", "Resources: { Q: { Type: AWS::SQS::Queue, Properties: { QueueName: large } } }\n" + Filler(200_000));
        string[] deploy =
        [
            "cloudformation", "deploy", "--stack-name", "large", "--template-file", file, "--s3-bucket", bucket, "--s3-prefix", "templates",
            "--tags", "team=photos", "--role-arn", "arn:aws:iam::000000000000:role/deployer", "--no-fail-on-empty-changeset",
        ];
        await _cli.RunAsync(deploy);
        Assert.Equal("photos", (string?)(await _cli.RunAsync("sqs", "list-queue-tags", "--queue-url", Url("large")))!["Tags"]!["team"]);
        var stack = (await _cli.RunAsync("cloudformation", "describe-stacks", "--stack-name", "large"))!["Stacks"]![0]!;
        Assert.Equal(
            ("CREATE_COMPLETE", "arn:aws:iam::000000000000:role/deployer"),
            ((string?)stack["StackStatus"], (string?)stack["RoleARN"]));
        await _cli.RunAsync(deploy);
        Assert.Equal(
            "CREATE_COMPLETE",
            (string?)(await _cli.RunAsync("cloudformation", "describe-stacks", "--stack-name", "large"))!["Stacks"]![0]!["StackStatus"]);

        deploy[Array.IndexOf(deploy, "team=photos")] = "team=others";
        await _cli.RunAsync(deploy);
        Assert.Equal("others", (string?)(await _cli.RunAsync("sqs", "list-queue-tags", "--queue-url", Url("large")))!["Tags"]!["team"]);
        var body = (string)(await _cli.RunAsync("cloudformation", "get-template", "--stack-name", "large"))!["TemplateBody"]!;
        Assert.Equal(await File.ReadAllTextAsync(file, Cancelled), body);
    }

    [Theory]
    [InlineData("http://localhost:PORT/BUCKET/a%20b.yaml")]
    [InlineData("http://BUCKET.s3.localhost:PORT/a%20b.yaml")]
    [InlineData("https://s3.amazonaws.com/BUCKET/a%20b.yaml")]
    [InlineData("https://BUCKET.s3.amazonaws.com/a%20b.yaml")]
    [InlineData("https://s3.us-east-1.amazonaws.com/BUCKET/a%20b.yaml")]
    [InlineData("https://s3-us-east-1.amazonaws.com/BUCKET/a%20b.yaml")]
    [InlineData("https://BUCKET.s3.us-east-1.amazonaws.com/a%20b.yaml")]
    public async Task A_template_is_read_from_every_form_of_an_objects_address(string url)
    {
        var bucket = await _aws.CreateBucketAsync();
        await PutAsync(bucket, "a b.yaml", "Description: from a bucket\nResources: { Q: { Type: AWS::SQS::Queue } }");
        var address = Address(url, bucket);
        Assert.Equal(
            "from a bucket",
            (await _aws.CloudFormation.CallAsync("ValidateTemplate", ("TemplateURL", address))).Element("Description")!.Value);
        Assert.Equal(
            "AWS::SQS::Queue",
            (await _aws.CloudFormation.CallAsync("GetTemplateSummary", ("TemplateURL", address))).Element("ResourceTypes")!.Value);
    }

    [Theory]
    [InlineData("https://s3.amazonaws.com/BUCKET/missing.yaml", "S3 error: The specified key does not exist")]
    [InlineData("https://s3.amazonaws.com/no-such-bucket/a.yaml", "S3 error: The specified bucket does not exist")]
    [InlineData("https://s3.eu-west-1.amazonaws.com/BUCKET/a.yaml", "the region eu-west-1, and local AWS has us-east-1 only")]
    [InlineData("https://example.com/a.yaml", "example.com is not a valid S3 domain")]
    [InlineData("https://s3.amazonaws.com/BUCKET", "names no key")]
    [InlineData("ftp://s3.amazonaws.com/BUCKET/a.yaml", "must be a supported URL")]
    [InlineData("https://s3.amazonaws.com/BUCKET/a.yaml?versionId=3", "asks for a version")]
    [InlineData("https://s3.amazonaws.com/BUCKET/huge.yaml", "may not exceed 1048576 bytes")]
    [InlineData("https://s3.amazonaws.com/BUCKET/bytes.yaml", "is not UTF-8")]
    public async Task An_address_without_a_template_is_refused_with_the_reason(string url, string reason)
    {
        var bucket = await _aws.CreateBucketAsync();
        await PutAsync(bucket, "huge.yaml", Filler(1024 * 1024 + 1));
        await _aws.S3.PutObjectAsync(
            new PutObjectRequest { BucketName = bucket, Key = "bytes.yaml", InputStream = new MemoryStream([0xff, 0xfe, 0x41]) },
            Cancelled);
        Assert.Contains(
            reason,
            await _aws.CloudFormation.RefusedAsync(
                "ValidationError", "CreateStack", ("StackName", "s"), ("TemplateURL", Address(url, bucket))),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_protected_stack_is_deleted_once_the_command_takes_the_protection_off()
    {
        await CreateAsync("kept", "Resources: { Q: { Type: AWS::SQS::Queue } }", "--enable-termination-protection");
        Assert.Contains(
            "Stack [kept] cannot be deleted while TerminationProtection is enabled",
            await _cli.RefusedAsync("cloudformation", "delete-stack", "--stack-name", "kept"),
            StringComparison.Ordinal);
        await _cli.RunAsync(
            "cloudformation", "update-termination-protection", "--no-enable-termination-protection", "--stack-name", "kept");
        await _cli.RunAsync("cloudformation", "delete-stack", "--stack-name", "kept");
        await _cli.RunAsync("cloudformation", "wait", "stack-delete-complete", "--stack-name", "kept");
    }

    [Fact]
    public async Task A_bucket_that_a_deleted_stack_kept_is_imported_into_another()
    {
        var template = "Resources: { Photos: { Type: AWS::S3::Bucket, DeletionPolicy: Retain, Properties: { BucketName: kept-photos } } }";
        await CreateAsync("first", template);
        await PutAsync("kept-photos", "a.txt", "still here");
        await _cli.RunAsync("cloudformation", "delete-stack", "--stack-name", "first");
        await _cli.RunAsync("cloudformation", "wait", "stack-delete-complete", "--stack-name", "first");
        Assert.Contains("already exists", await FailureAsync("again", template), StringComparison.Ordinal);

        var file = Write("import.yaml", template);
        var import = """[{"ResourceType":"AWS::S3::Bucket","LogicalResourceId":"Photos","ResourceIdentifier":{"BucketName":"NAME"}}]""";
        string[] create =
        [
            "cloudformation", "create-change-set", "--stack-name", "second", "--change-set-name", "import", "--change-set-type", "IMPORT",
            "--template-body", "file://" + file, "--resources-to-import",
        ];
        Assert.Contains(
            "(logical id Photos) does not exist",
            await _cli.RefusedAsync([.. create, import.Replace("NAME", "another", StringComparison.Ordinal)]),
            StringComparison.Ordinal);
        await _cli.RunAsync([.. create, import.Replace("NAME", "kept-photos", StringComparison.Ordinal)]);
        var changes = await _cli.RunAsync(
            "cloudformation", "describe-change-set", "--stack-name", "second", "--change-set-name", "import");
        var change = Assert.Single(changes!["Changes"]!.AsArray())!["ResourceChange"]!;
        Assert.Equal(("Import", "kept-photos"), ((string?)change["Action"], (string?)change["PhysicalResourceId"]));
        await _cli.RunAsync("cloudformation", "execute-change-set", "--stack-name", "second", "--change-set-name", "import");
        await _cli.RunAsync("cloudformation", "wait", "stack-import-complete", "--stack-name", "second");

        // It is the stack's own now: changed with it, and read with what was in it all the time.
        await _cli.RunAsync(
            "cloudformation", "deploy", "--stack-name", "second", "--template-file",
            Write("own.yaml", template.Replace("kept-photos }", "kept-photos, Tags: [{ Key: a, Value: b }] }", StringComparison.Ordinal)));
        Assert.Equal("b", (await _aws.S3.GetBucketTaggingAsync(new GetBucketTaggingRequest { BucketName = "kept-photos" }, Cancelled))
            .TagSet.Single().Value);
        Assert.Equal(10, (await _aws.S3.GetObjectMetadataAsync("kept-photos", "a.txt", Cancelled)).ContentLength);
        Assert.Contains(
            "already exists in stack arn:aws:cloudformation",
            await _cli.RefusedAsync(
                "cloudformation", "create-change-set", "--stack-name", "third", "--change-set-name", "import", "--change-set-type",
                "IMPORT", "--template-body", "file://" + file, "--resources-to-import",
                import.Replace("NAME", "kept-photos", StringComparison.Ordinal)),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stacks_topic_hears_of_every_event()
    {
        var topic = await _aws.CreateTopicAsync("stacks");
        var queue = await _aws.CreateQueueAsync("news", ("sns.amazonaws.com", topic));
        await _aws.SubscribeAsync(topic, "sqs", _aws.QueueArn("news"), ("RawMessageDelivery", "true"));
        await CreateAsync("told", "Resources: { Q: { Type: AWS::SQS::Queue } }", "--notification-arns", topic);
        var told = new List<string>();
        while (told.Count < 4)
        {
            var lines = (await _aws.ReceiveAsync(queue)).Body.Split('\n').Where(line => line.Contains('=', StringComparison.Ordinal))
                .Select(line => line.Split('=', 2))
                .ToDictionary(pair => pair[0], pair => pair[1].Trim('\''));
            Assert.Equal(("told", "000000000000"), (lines["StackName"], lines["Namespace"]));
            told.Add($"{lines["LogicalResourceId"]} {lines["ResourceStatus"]}");
        }

        Assert.Equal(
            ["Q CREATE_COMPLETE", "Q CREATE_IN_PROGRESS", "told CREATE_COMPLETE", "told CREATE_IN_PROGRESS"],
            told.Order(StringComparer.Ordinal));
        Assert.Contains(
            "is not the ARN of a topic of this account",
            await _cli.RefusedAsync(
                "cloudformation", "create-stack", "--stack-name", "s", "--template-body", "Resources: { Q: { Type: AWS::SQS::Queue } }",
                "--notification-arns", _aws.TopicArn("none")),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_crash_kept_from_a_stacks_topic_it_hears_of_after_the_start()
    {
        var folder = Directory.CreateTempSubdirectory("localaws-").FullName;
        try
        {
            var first = await LocalAwsInstance.StartAsync(folder: folder);
            try
            {
                var topic = await first.CreateTopicAsync("stacks");
                await first.CreateQueueAsync("news", ("sns.amazonaws.com", topic));
                await first.CloudFormation.CreateAsync(
                    "told", "Resources: { Q: { Type: AWS::SQS::Queue } }", ("NotificationARNs.member.1", topic));
                await first.CloudFormation.SettledAsync("told", "CREATE_COMPLETE");
                await first.SubscribeAsync(topic, "sqs", first.QueueArn("news"), ("RawMessageDelivery", "true"));
            }
            finally
            {
                await first.DisposeAsync();
            }

            // As it is after a kill between the last event's being written and its being told.
            var file = Assert.Single(Directory.GetFiles(Path.Combine(folder, "cloudformation", "stacks")));
            var stack = JsonNode.Parse(await File.ReadAllTextAsync(file, Cancelled))!;
            var events = stack["Events"]!.AsArray();
            Assert.Equal((string?)events[^1]!["EventId"], (string?)stack["NotifiedEventId"]);
            stack["NotifiedEventId"] = (string?)events[^2]!["EventId"];
            await File.WriteAllTextAsync(file, stack.ToJsonString(), Cancelled);

            await using var second = await LocalAwsInstance.StartAsync(folder: folder);
            var told = await second.ReceiveAsync(new Uri(second.Server.Endpoint, "/000000000000/news").ToString());
            Assert.Contains("LogicalResourceId='told'", told.Body, StringComparison.Ordinal);
            Assert.Contains("ResourceStatus='CREATE_COMPLETE'", told.Body, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task What_was_changed_behind_a_stacks_back_is_its_drift()
    {
        const string Template = """
            Resources:
              Dead: { Type: AWS::SQS::Queue, Properties: { QueueName: dead, Tags: [{ Key: a, Value: "1" }] } }
              Work:
                Type: AWS::SQS::Queue
                Properties:
                  QueueName: work
                  VisibilityTimeout: 45
                  RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3 }
              Allow:
                Type: AWS::SQS::QueuePolicy
                Properties:
                  Queues: [!Ref Work]
                  PolicyDocument:
                    Statement: { Effect: Allow, Principal: { Service: sns.amazonaws.com }, Action: sqs:SendMessage, Resource: "*" }
              Topic: { Type: AWS::SNS::Topic, Properties: { DisplayName: news, Subscription: [{ Protocol: sqs, Endpoint: !GetAtt Work.Arn }] } }
              Listener: { Type: AWS::SNS::Subscription, Properties: { TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt Dead.Arn } }
              Photos:
                Type: AWS::S3::Bucket
                Properties:
                  BucketName: drifting-photos
                  PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true }
                  CorsConfiguration: { CorsRules: [{ AllowedMethods: [PUT, GET], AllowedOrigins: ["*"], MaxAge: 60 }] }
                  LifecycleConfiguration: { Rules: [{ Status: Enabled, Prefix: tmp/, ExpirationInDays: 3 }] }
                  BucketEncryption:
                    ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: AES256 } }]
            """;
        await CreateAsync("drifting", Template, "--tags", "Key=team,Value=photos");
        var (clean, none) = await DriftAsync();
        Assert.Equal("IN_SYNC", (string?)clean["StackDriftStatus"]);
        Assert.Equal(6, none.Count);
        Assert.All(none.Values, drift => Assert.Equal("IN_SYNC", (string?)drift["StackResourceDriftStatus"]));

        await _aws.Sqs.SetQueueAttributesAsync(Url("work"), new Dictionary<string, string> { ["VisibilityTimeout"] = "50" }, Cancelled);
        await _cli.RunAsync("sqs", "tag-queue", "--queue-url", Url("dead"), "--tags", "a=2");
        await _cli.RunAsync("sns", "unsubscribe", "--subscription-arn", (string)none["Listener"]["PhysicalResourceId"]!);
        await _aws.S3.DeleteCORSConfigurationAsync("drifting-photos", Cancelled);
        var (dirty, drifts) = await DriftAsync();
        Assert.Equal(("DRIFTED", 4), ((string?)dirty["StackDriftStatus"], (int)dirty["DriftedStackResourceCount"]!));
        Assert.Equal("DELETED", (string?)drifts["Listener"]["StackResourceDriftStatus"]);
        Assert.Equal(("/VisibilityTimeout", "45", "50", "NOT_EQUAL"), Difference(drifts["Work"]));
        Assert.Equal(("/Tags/0/Value", "1", "2", "NOT_EQUAL"), Difference(drifts["Dead"]));
        Assert.Equal(("/CorsConfiguration", "REMOVE"), (Difference(drifts["Photos"]).Path, Difference(drifts["Photos"]).Type));
        Assert.Equal("IN_SYNC", (string?)drifts["Allow"]["StackResourceDriftStatus"]);
        var stack = (await _cli.RunAsync("cloudformation", "describe-stacks", "--stack-name", "drifting"))!["Stacks"]![0]!;
        Assert.Equal("DRIFTED", (string?)stack["DriftInformation"]!["StackDriftStatus"]);
        var filtered = await _cli.RunAsync(
            "cloudformation", "describe-stack-resource-drifts", "--stack-name", "drifting", "--stack-resource-drift-status-filters",
            "DELETED");
        Assert.Equal("Listener", (string?)Assert.Single(filtered!["StackResourceDrifts"]!.AsArray())!["LogicalResourceId"]);
        Assert.Equal(
            "MODIFIED",
            (string?)(await _cli.RunAsync(
                "cloudformation", "detect-stack-resource-drift", "--stack-name", "drifting", "--logical-resource-id", "Work"))![
                "StackResourceDrift"]!["StackResourceDriftStatus"]);
    }

    [Fact]
    public async Task Lists_come_in_pages_and_the_rest_is_refused_by_name()
    {
        for (var i = 0; i < 3; i++)
        {
            await CreateAsync($"stack{i}", $"Resources: {{ Q: {{ Type: AWS::SQS::Queue, Properties: {{ QueueName: q{i} }} }} }}");
        }

        var listed = await _cli.RunAsync("cloudformation", "list-stacks", "--stack-status-filter", "CREATE_COMPLETE");
        Assert.Equal(3, listed!["StackSummaries"]!.AsArray().Count);
        Assert.Empty((await _cli.RunAsync("cloudformation", "list-stacks", "--stack-status-filter", "DELETE_COMPLETE"))!["StackSummaries"]!
            .AsArray());
        Assert.Contains(
            "Member must satisfy enum value set",
            await _aws.CloudFormation.RefusedAsync("ValidationError", "ListStacks", ("StackStatusFilter.member.1", "DONE")),
            StringComparison.Ordinal);
        Assert.Contains(
            "Export 'none' is not imported by any stack.",
            await _cli.RefusedAsync("cloudformation", "list-imports", "--export-name", "none"),
            StringComparison.Ordinal);
        Assert.Contains(
            "(NotImplemented) when calling the EstimateTemplateCost",
            await _cli.RefusedAsync("cloudformation", "estimate-template-cost", "--template-body", "x"),
            StringComparison.Ordinal);
        Assert.Contains(
            "Role arn:aws:iam::1:user/x is invalid",
            await _cli.RefusedAsync(
                "cloudformation", "delete-stack", "--stack-name", "stack0", "--role-arn", "arn:aws:iam::1:user/x"),
            StringComparison.Ordinal);
    }

    private static (string Path, string Expected, string Actual, string Type) Difference(JsonNode drift)
    {
        var difference = Assert.Single(drift["PropertyDifferences"]!.AsArray())!;
        return (
            (string)difference["PropertyPath"]!,
            (string)difference["ExpectedValue"]!,
            (string)difference["ActualValue"]!,
            (string)difference["DifferenceType"]!);
    }

    private static string Filler(int length) =>
        string.Concat(Enumerable.Repeat("# " + new string('x', 97) + "\n", length / 100 + 1))[..length];

    private async Task<(JsonNode Status, Dictionary<string, JsonNode> Drifts)> DriftAsync()
    {
        var started = await _cli.RunAsync("cloudformation", "detect-stack-drift", "--stack-name", "drifting");
        var id = (string)started!["StackDriftDetectionId"]!;
        var status = await _cli.RunAsync("cloudformation", "describe-stack-drift-detection-status", "--stack-drift-detection-id", id);
        Assert.Equal("DETECTION_COMPLETE", (string?)status!["DetectionStatus"]);
        var drifts = await _cli.RunAsync("cloudformation", "describe-stack-resource-drifts", "--stack-name", "drifting");
        return (
            status,
            drifts!["StackResourceDrifts"]!.AsArray().ToDictionary(drift => (string)drift!["LogicalResourceId"]!, drift => drift!));
    }

    private async Task CreateAsync(string name, string template, params string[] arguments)
    {
        await _cli.RunAsync(["cloudformation", "create-stack", "--stack-name", name, "--template-body", template, .. arguments]);
        await _aws.CloudFormation.SettledAsync(name, "CREATE_COMPLETE");
    }

    private async Task<string> FailureAsync(string name, string template)
    {
        await _aws.CloudFormation.CreateAsync(name, template, ("OnFailure", "DO_NOTHING"));
        await _aws.CloudFormation.SettledAsync(name, "CREATE_FAILED");
        return (await _aws.CloudFormation.ReasonsAsync(name, "Photos", "CREATE_FAILED"))[0];
    }

    private async Task PutAsync(string bucket, string key, string content) =>
        await _aws.S3.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = key, ContentBody = content }, Cancelled);

    private string Address(string url, string bucket) => url
        .Replace("PORT", _aws.Server.Endpoint.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("BUCKET", bucket, StringComparison.Ordinal);

    private string Url(string queue) => new Uri(_aws.Server.Endpoint, $"/000000000000/{queue}").ToString();

    private string Write(string name, string content)
    {
        var path = Path.Combine(_aws.Options.DataDirectory, name);
        File.WriteAllText(path, content);
        return path;
    }
}
