using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ImageApp.LocalAws.Lambda;

namespace ImageApp.Tests.LocalAws.Lambda;

/// <summary>
/// Functions through the AWS CLI and Lambda's REST API: their configuration, how they are invoked, and what is refused by name.
/// </summary>
public sealed class FunctionClientTests
{
    private const string Configuration = "/2015-03-31/functions/resize/configuration";
    private const string Invocations = "/2015-03-31/functions/resize/invocations";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_functions_configuration_is_shown_and_changed_by_the_command_and_outlives_a_restart()
    {
        var folder = Directory.CreateTempSubdirectory("localaws-").FullName;
        try
        {
            var program = Path.Combine(folder, "resize.dll");
            await File.WriteAllTextAsync(program, "the program", Cancelled);
            var first = await StartAsync(folder, program);
            try
            {
                var cli = new AwsCli(first);
                var changed = await cli.RunAsync(
                    "lambda", "update-function-configuration", "--function-name", "resize", "--memory-size", "300", "--timeout", "7",
                    "--description", "makes small ones", "--environment", "Variables={MODE=fast}");
                Assert.Equal((300, 7), ((int)changed!["MemorySize"]!, (int)changed["Timeout"]!));
                var stale = await first.LambdaAsync(HttpMethod.Put, Configuration, """{"Timeout":8,"RevisionId":"old"}""");
                Assert.Equal(HttpStatusCode.PreconditionFailed, stale.Response.StatusCode);
                Assert.Equal("fast", first.Server.EnvironmentOf("resize")["MODE"]);
            }
            finally
            {
                await first.DisposeAsync();
            }

            await using (var second = await StartAsync(folder, program))
            {
                var shown = (await new AwsCli(second).RunAsync("lambda", "get-function", "--function-name", "resize"))!["Configuration"]!;
                Assert.Equal(
                    (300, 7, "makes small ones", "fast"),
                    (
                        (int)shown["MemorySize"]!,
                        (int)shown["Timeout"]!,
                        (string?)shown["Description"],
                        (string?)shown["Environment"]!["Variables"]!["MODE"]));
                var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes("the program")));
                Assert.Equal((hash, 11), ((string?)shown["CodeSha256"], (int)shown["CodeSize"]!));
                await File.WriteAllTextAsync(program, "another program", Cancelled);
                var rebuilt = await second.LambdaAsync(HttpMethod.Get, Configuration);
                Assert.NotEqual(hash, (string?)JsonNode.Parse(rebuilt.Body)!["CodeSha256"]);
            }

            // Who runs it says something else now, and that counts.
            await using var third = await StartAsync(folder, program, memorySize: 640);
            var (_, body) = await third.LambdaAsync(HttpMethod.Get, Configuration);
            Assert.Equal((640, 7), ((int)JsonNode.Parse(body)!["MemorySize"]!, (int)JsonNode.Parse(body)!["Timeout"]!));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("""{"Handler":"x"}""", "Handler cannot be changed here")]
    [InlineData("""{"Layers":["x"]}""", "Layers cannot be changed here")]
    [InlineData("""{"Environment":{"Variables":{"AWS_REGION":"x"}}}""", "Reserved keys used in this request: AWS_REGION")]
    [InlineData("""{"Environment":{"Variables":{"1":"x"}}}""", "is no name of an environment variable")]
    [InlineData("""{"MemorySize":64}""", "MemorySize is 64")]
    [InlineData("""{"TracingConfig":{"Mode":"PassThrough"}}""", "Mode Active only")]
    public async Task A_change_that_cannot_be_honoured_is_refused_by_name(string change, string reason)
    {
        await using var aws = await StartAsync();
        var (response, body) = await aws.LambdaAsync(HttpMethod.Put, Configuration, change);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(reason, (string)JsonNode.Parse(body)!["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_environment_is_refused_where_whoever_starts_the_process_does_not_pass_it_on()
    {
        await using var aws = await LocalAwsInstance.StartAsync(options => options.Functions.Add(new FunctionRegistration("resize")));
        Assert.Contains(
            "Environment cannot be changed here",
            await new AwsCli(aws).RefusedAsync(
                "lambda", "update-function-configuration", "--function-name", "resize", "--environment", "Variables={MODE=fast}"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_functions_state_is_that_of_its_process()
    {
        await using var aws = await LocalAwsInstance.StartAsync(options =>
            options.Functions.Add(new FunctionRegistration("resize") { StartupTime = TimeSpan.FromMilliseconds(100) }));
        await Eventually.HoldsAsync(async () => await StateAsync() == "Inactive", "an inactive function");
        using var poll = aws.Http.GetAsync($"/{aws.RuntimePathOf("resize")}/2018-06-01/runtime/invocation/next", Cancelled);
        await Eventually.HoldsAsync(async () => await StateAsync() == "Active", "an active function");
        await aws.LambdaAsync(HttpMethod.Post, Invocations, "{}", ("X-Amz-Invocation-Type", "Event"));
        (await poll).Dispose();

        async Task<string?> StateAsync() =>
            (string?)JsonNode.Parse((await aws.LambdaAsync(HttpMethod.Get, Configuration)).Body)!["State"];
    }

    [Fact]
    public async Task An_invocation_by_the_command_gives_result_log_and_error()
    {
        await using var aws = await StartAsync();
        var cli = new AwsCli(aws);
        var file = Path.Combine(aws.Options.DataDirectory, "out.json");
        var context = Convert.ToBase64String(Encoding.UTF8.GetBytes("""{"client":{"id":"7"}}"""));
        var invoking = cli.RunAsync(
            "lambda", "invoke", "--function-name", "resize", "--payload", """{"n":1}""", "--log-type", "Tail", "--qualifier", "$LATEST",
            "--client-context", context, file);
        using (var next = await aws.Http.GetAsync($"/{aws.RuntimePathOf("resize")}/2018-06-01/runtime/invocation/next", Cancelled))
        {
            Assert.Equal("""{"client":{"id":"7"}}""", next.Headers.GetValues("Lambda-Runtime-Client-Context").Single());
            await aws.Runtime("resize").FailAsync(
                next.Headers.GetValues("Lambda-Runtime-Aws-Request-Id").Single(), "DatabaseAway", "no route");
        }

        var result = await invoking;
        Assert.Equal(("Unhandled", "$LATEST"), ((string?)result!["FunctionError"], (string?)result["ExecutedVersion"]));
        Assert.Contains(
            "REPORT RequestId",
            Encoding.UTF8.GetString(Convert.FromBase64String((string)result["LogResult"]!)),
            StringComparison.Ordinal);
        Assert.Contains("DatabaseAway", await File.ReadAllTextAsync(file, Cancelled), StringComparison.Ordinal);

        var dryRun = await cli.RunAsync("lambda", "invoke", "--function-name", "resize", "--invocation-type", "DryRun", file);
        Assert.Equal(204, (int)dryRun!["StatusCode"]!);
        Assert.Contains(
            "ResourceNotFoundException",
            await cli.RefusedAsync("lambda", "invoke", "--function-name", "resize", "--qualifier", "live", file),
            StringComparison.Ordinal);
        Assert.Contains(
            "ValidationException",
            await cli.RefusedAsync("lambda", "invoke", "--function-name", new string('a', 65), file),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 6 * 1024 * 1024, "Request must be smaller than 6291456 bytes for the InvokeFunction operation")]
    [InlineData("Event", 1024 * 1024, "byte payload is too large for the Event invocation type (limit 1048576 bytes)")]
    public async Task A_payload_has_the_limit_of_its_invocation_type(string type, int limit, string reason)
    {
        await using var aws = await StartAsync();
        (string, string)[] headers = type.Length == 0 ? [] : [("X-Amz-Invocation-Type", type)];
        var (response, body) = await aws.LambdaAsync(HttpMethod.Post, Invocations, $"\"{new string('x', limit - 1)}\"", headers);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal("RequestTooLargeException", response.Headers.GetValues("x-amzn-ErrorType").Single());
        Assert.Contains(reason, (string)JsonNode.Parse(body)!["message"]!, StringComparison.Ordinal);

        var largest = aws.LambdaAsync(HttpMethod.Post, Invocations, $"\"{new string('x', limit - 2)}\"", headers);
        Assert.Equal(limit, (await aws.Runtime("resize").ServeAsync("1")).Payload.Length);
        Assert.True((await largest).Response.IsSuccessStatusCode);
    }

    [Theory]
    [InlineData("X-Amz-Log-Type", "All", "allowed are None and Tail")]
    [InlineData("X-Amz-Tenant-Id", "t", "X-Amz-Tenant-Id is not supported")]
    [InlineData("X-Amz-Client-Context", "%%%", "Client context is not valid")]
    [InlineData("X-Amz-Invocation-Type", "Later", "allowed are RequestResponse, Event and DryRun")]
    public async Task What_an_invocation_cannot_be_is_refused(string header, string value, string reason)
    {
        await using var aws = await StartAsync();
        var (response, body) = await aws.LambdaAsync(HttpMethod.Post, Invocations, "{}", (header, value));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(reason, (string)JsonNode.Parse(body)!["message"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/2015-03-31/event-source-mappings/", "ListEventSourceMappings")]
    [InlineData("POST", "/2021-10-31/functions/resize/url", "CreateFunctionUrlConfig")]
    [InlineData("POST", "/2015-03-31/functions/resize/aliases", "CreateAlias")]
    [InlineData("GET", "/2018-10-31/layers", "ListLayers")]
    [InlineData("DELETE", "/2015-03-31/functions/resize", "DeleteFunction")]
    [InlineData("POST", "/2015-03-31/functions", "CreateFunction")]
    [InlineData("PUT", "/2017-10-31/functions/resize/concurrency", "PutFunctionConcurrency")]
    public async Task An_operation_that_is_not_there_is_refused_by_its_name(string method, string path, string operation)
    {
        await using var aws = await StartAsync();
        var (response, body) = await aws.LambdaAsync(new HttpMethod(method), path, method == "GET" ? null : "{}");
        Assert.Equal(HttpStatusCode.NotImplemented, response.StatusCode);
        Assert.StartsWith(operation + " is not implemented", (string)JsonNode.Parse(body)!["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Functions_and_their_versions_and_configurations_are_listed()
    {
        await using var aws = await LocalAwsInstance.StartAsync(options =>
        {
            foreach (var name in new[] { "a", "b", "c" })
            {
                options.Functions.Add(new FunctionRegistration(name));
            }
        });
        var first = JsonNode.Parse((await aws.LambdaAsync(HttpMethod.Get, "/2015-03-31/functions/?MaxItems=2")).Body)!;
        Assert.Equal(["a", "b"], first["Functions"]!.AsArray().Select(function => (string?)function!["FunctionName"]));
        var second = JsonNode.Parse(
            (await aws.LambdaAsync(HttpMethod.Get, $"/2015-03-31/functions/?MaxItems=2&Marker={first["NextMarker"]}")).Body)!;
        Assert.Equal("c", (string?)Assert.Single(second["Functions"]!.AsArray())!["FunctionName"]);
        Assert.Null(second["NextMarker"]);
        var cli = new AwsCli(aws);
        Assert.Equal(3, (await cli.RunAsync("lambda", "list-functions"))!["Functions"]!.AsArray().Count);
        Assert.Equal(
            "$LATEST",
            (string?)(await cli.RunAsync("lambda", "list-versions-by-function", "--function-name", "a"))!["Versions"]![0]!["Version"]);
        await cli.RunAsync(
            "lambda", "put-function-event-invoke-config", "--function-name", "a", "--maximum-retry-attempts", "1", "--destination-config",
            $$$"""{"OnFailure":{"Destination":"{{{aws.FunctionArn("b")}}}"}}""");
        var listed = await cli.RunAsync("lambda", "list-function-event-invoke-configs", "--function-name", "a");
        Assert.Equal(
            aws.FunctionArn("b"),
            (string?)listed!["FunctionEventInvokeConfigs"]![0]!["DestinationConfig"]!["OnFailure"]!["Destination"]);
        Assert.Contains(
            "event buses and buckets are not offered locally",
            await cli.RefusedAsync(
                "lambda", "put-function-event-invoke-config", "--function-name", "a", "--destination-config",
                """{"OnFailure":{"Destination":"arn:aws:s3:::b"}}"""),
            StringComparison.Ordinal);
    }

    private static Task<LocalAwsInstance> StartAsync(string? folder = null, string? program = null, int memorySize = 128) =>
        LocalAwsInstance.StartAsync(
            options => options.Functions.Add(
                new FunctionRegistration("resize")
                {
                    MemorySize = memorySize,
                    Timeout = TimeSpan.FromSeconds(60),
                    Program = program,
                    AppliesEnvironment = true,
                }),
            folder);
}
