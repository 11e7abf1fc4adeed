using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using ImageApp.LocalAws.Lambda;
using ImageApp.Tests.Database;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using MySqlConnector;
using FunctionProcess = ImageApp.Tests.Functions.FunctionProcess;

namespace ImageApp.Tests.Deploy;

/// <summary>The function behind <c>Custom::Schema</c>, as a process on local AWS' Runtime API, with a server in the places of Secrets
/// Manager and of the address that CloudFormation gives for the answer.</summary>
public sealed class SchemaFunctionTests(DatabaseServer server)
{
    private const string Name = "SchemaFunction";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_makes_user_and_tables_answers_and_can_run_again()
    {
        await using var environment = await SchemaEnvironment.StartAsync();
        var connection = new MySqlConnectionStringBuilder(await server.CreateDatabaseAsync());
        var (database, schema) = (Text(connection, ""), connection.Database);
        environment.Secret = new JsonObject { ["username"] = "root", ["password"] = "" };

        var created = await environment.AskAsync("Create", database);
        Assert.True((string?)created["Status"] == "SUCCESS", created.ToJsonString() + environment.Log);
        Assert.Equal(
            ("imageapp-schema", "stack-1", "request-1", "Schema"),
            (
                (string)created["PhysicalResourceId"]!,
                (string)created["StackId"]!,
                (string)created["RequestId"]!,
                (string)created["LogicalResourceId"]!
            )
        );

        // The user may use the tables, which are there, and no other database.
        await using (var entered = new MySqlConnection(Text(connection, "imageapp", "secret")))
        {
            await entered.OpenAsync(Cancel);
            await using var count = new MySqlCommand("SELECT COUNT(*) FROM captions", entered);
            Assert.Equal(0L, await count.ExecuteScalarAsync(Cancel));
            await using var other = new MySqlCommand("SELECT COUNT(*) FROM mysql.global_priv", entered);
            await Assert.ThrowsAsync<MySqlException>(() => other.ExecuteScalarAsync(Cancel));
        }

        Assert.Equal("SUCCESS", (string?)(await environment.AskAsync("Update", database))["Status"]);
        Assert.Equal("SUCCESS", (string?)(await environment.AskAsync("Delete", database))["Status"]);
        await using var root = new MySqlConnection(connection.ConnectionString);
        await root.OpenAsync(Cancel);
        await using var tables = new MySqlCommand($"SHOW TABLES FROM {schema}", root);
        Assert.NotNull(await tables.ExecuteScalarAsync(Cancel));
        await using var drop = new MySqlCommand("DROP USER imageapp", root);
        await drop.ExecuteNonQueryAsync(Cancel);
    }

    [Fact]
    public async Task What_goes_wrong_is_answered_with_its_reason()
    {
        await using var environment = await SchemaEnvironment.StartAsync();
        var refused = await environment.AskAsync("Create", "Server=127.0.0.1;Database=imagedb");
        Assert.Equal("FAILED", (string?)refused["Status"]);
        Assert.Contains("AccessDeniedException", (string)refused["Reason"]!);

        environment.Secret = new JsonObject { ["username"] = "root", ["password"] = "" };
        var away = await environment.AskAsync("Create", $"Server=127.0.0.1;Port={FreePort.Next()};Database=imagedb");
        Assert.Equal("FAILED", (string?)away["Status"]);
        Assert.Contains("MySqlException", (string)away["Reason"]!);

        // Nothing is to be done, so nothing can fail: a stack that could not be made can be removed.
        Assert.Equal("SUCCESS", (string?)(await environment.AskAsync("Delete", "Server=127.0.0.1;Database=imagedb"))["Status"]);
    }

    private static string Text(MySqlConnectionStringBuilder connection, string user, string password = "") =>
        $"Server={connection.Server};Port={connection.Port};Database={connection.Database};"
        + (user.Length > 0 ? $"User ID={user};Password={password};" : "")
        + "SslMode=Preferred;AllowPublicKeyRetrieval=true";

    private sealed class SchemaEnvironment : IAsyncDisposable
    {
        private readonly LocalAwsInstance _aws;
        private readonly WebApplication _outside;
        private readonly ConcurrentQueue<JsonObject> _answers = new();
        private FunctionProcess? _process;

        private SchemaEnvironment(LocalAwsInstance aws, WebApplication outside)
        {
            _aws = aws;
            _outside = outside;
        }

        /// <summary>What the secret holds; null where it may not be read.</summary>
        public JsonObject? Secret { get; set; }

        public string Log => string.Join('\n', _process!.Output);

        private string Address => _outside.Urls.Single();

        public static async Task<SchemaEnvironment> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var aws = await LocalAwsInstance.StartAsync(options =>
                options.Functions.Add(new FunctionRegistration(Name) { MemorySize = 512, Timeout = TimeSpan.FromSeconds(300) })
            );
            var environment = new SchemaEnvironment(aws, builder.Build());
            environment._outside.MapPost("/secrets", environment.SecretAsync);
            environment._outside.MapPut("/answer", environment.ReceiveAsync);
            await environment._outside.StartAsync(Cancel);
            environment._process = FunctionProcess.Start(
                Name,
                FunctionProcess.Built("ImageApp.SchemaFunction"),
                aws,
                [new("AWS_ENDPOINT_URL_SECRETS_MANAGER", environment.Address + "/secrets")]
            );
            return environment;
        }

        public async Task<JsonObject> AskAsync(string type, string database)
        {
            var request = new JsonObject
            {
                ["RequestType"] = type,
                ["ResponseURL"] = Address + "/answer?signature=1",
                ["StackId"] = "stack-1",
                ["RequestId"] = "request-1",
                ["ResourceType"] = "Custom::Schema",
                ["LogicalResourceId"] = "Schema",
                ["ResourceProperties"] = new JsonObject
                {
                    ["ServiceToken"] = "arn:aws:lambda:us-east-1:000000000000:function:imageapp-schema",
                    ["Administrator"] = "arn:aws:secretsmanager:us-east-1:000000000000:secret:rds!db-1",
                    ["Database"] = database,
                    ["UserAuthentication"] = "BY 'secret'",
                },
            };
            var (response, body) = await _aws.LambdaAsync(
                HttpMethod.Post,
                $"/2015-03-31/functions/{Name}/invocations",
                request.ToJsonString()
            );
            Assert.False(response.Headers.Contains("X-Amz-Function-Error"), body + Log);
            Assert.True(_answers.TryDequeue(out var answer), "The function did not answer.");
            return answer;
        }

        public async ValueTask DisposeAsync()
        {
            if (_process is not null)
            {
                await _process.DisposeAsync();
            }

            await _outside.DisposeAsync();
            await _aws.DisposeAsync();
        }

        private async Task SecretAsync(HttpContext context)
        {
            Assert.StartsWith("AWS4-HMAC-SHA256 ", (string?)context.Request.Headers.Authorization);
            if (Secret is null)
            {
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                await context.Response.WriteAsync("{\"__type\":\"AccessDeniedException\"}", context.RequestAborted);
                return;
            }

            await context.Response.WriteAsync(
                new JsonObject { ["SecretString"] = Secret.ToJsonString() }.ToJsonString(),
                context.RequestAborted
            );
        }

        private async Task ReceiveAsync(HttpContext context)
        {
            // A presigned address is signed for a request without a content type.
            Assert.Null(context.Request.ContentType);
            var body = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            _answers.Enqueue(body!.AsObject());
        }
    }
}
