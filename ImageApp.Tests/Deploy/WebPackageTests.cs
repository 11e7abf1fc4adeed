using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.S3;
using ImageApp.Core.Catalogue;
using ImageApp.Tests.Application;
using ImageApp.Tests.Database;
using ImageApp.Web.Access;
using MySqlConnector;

namespace ImageApp.Tests.Deploy;

/// <summary>The web app's zip as an instance gets it: unpacked, and started by its unit's command line as an ordinary user with the
/// settings that user data writes, and no others.</summary>
[SupportedOSPlatform("linux")]
public sealed class WebPackageTests(DatabaseServer server) : IDisposable
{
    private const string Bucket = "pictures";
    private readonly string _folder = Directory.CreateTempSubdirectory("imageapp-web-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_zip_serves_the_gallery_when_started_by_its_unit()
    {
        Unpack();
        var unit = Unit();
        Assert.Equal("imageapp", unit["User"]);
        Assert.Equal("/opt/imageapp", unit["WorkingDirectory"]);
        Assert.Equal("/etc/imageapp.env", unit["EnvironmentFile"]);

        await using var aws = await LocalAwsInstance.StartAsync(_ => { });
        using var s3 = new AmazonS3Client(
            new BasicAWSCredentials(aws.Options.AccessKeyId, aws.Options.SecretAccessKey),
            new AmazonS3Config
            {
                ServiceURL = aws.Server.Endpoint.ToString(),
                AuthenticationRegion = aws.Options.Region,
                ForcePathStyle = true,
            }
        );
        await s3.PutBucketAsync(Bucket, Cancel);
        var address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        var database = await server.CreateDatabaseAsync();

        // Of the documented settings only the values differ, and the token, which this server does not know.
        var settings = Settings();
        Assert.Equal(
            [
                "ASPNETCORE_URLS",
                "AWS_REGION",
                "AWS__Resources__BucketName",
                "AWS__Resources__CaptionDeadLetterQueueUrl",
                "AWS__Resources__ThumbnailDeadLetterQueueUrl",
                "Access__KeyEncryptionKeyParameter",
                "Access__Mode",
                "Access__OpenIdConnect__Authority",
                "Access__OpenIdConnect__ClientId",
                "Access__OpenIdConnect__ClientSecretParameter",
                "Access__OpenIdConnect__Contributors__0",
                "Access__OpenIdConnect__Owners__0",
                "Access__OpenIdConnect__RoleClaim",
                "Access__OpenIdConnect__SignOutAddress",
                "Access__OpenIdConnect__Viewers__0",
                "Access__PublicAddress",
                "ConnectionStrings__imagedb",
                "Database__IamAuthentication",
                "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
                "OTEL_SERVICE_NAME",
                "OTEL_TRACES_SAMPLER",
                "OTEL_TRACES_SAMPLER_ARG",
                "Proxies__Networks",
            ],
            settings.Keys.Order(StringComparer.Ordinal)
        );
        settings["ASPNETCORE_URLS"] = address.ToString();
        settings["AWS_REGION"] = aws.Options.Region;

        // People sign in there; this test is of the package, so it is a script's token that uploads below.
        Assert.Equal("https://${DomainName}/", settings["Access__PublicAddress"]);
        settings["Access__Mode"] = "public-read";
        settings["Access__PublicAddress"] = "https://gallery.example/";
        settings["Access__KeyEncryptionKeyParameter"] = "";
        settings["Access__KeyEncryptionKey"] = Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));
        settings["Access__OpenIdConnect__Authority"] = "https://provider.example/";
        settings["Access__OpenIdConnect__ClientId"] = "gallery";
        settings["Access__OpenIdConnect__ClientSecretParameter"] = "";
        settings["Access__OpenIdConnect__RoleClaim"] = "cognito:groups";
        settings["Access__OpenIdConnect__Owners__0"] = "owner";
        settings["Access__OpenIdConnect__Contributors__0"] = "contributor";
        settings["Access__OpenIdConnect__Viewers__0"] = "viewer";
        settings["Access__OpenIdConnect__SignOutAddress"] = "";
        settings["AWS__Resources__BucketName"] = Bucket;
        settings["AWS__Resources__CaptionDeadLetterQueueUrl"] = settings["AWS__Resources__ThumbnailDeadLetterQueueUrl"] = "";
        settings["ConnectionStrings__imagedb"] = database;
        settings["Database__IamAuthentication"] = "false";
        settings["OTEL_TRACES_SAMPLER_ARG"] = "0";

        await using var collector = await TraceCollector.StartAsync();
        settings["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = collector.Address.ToString();

        // What an instance has from its profile and from its place.
        settings["AWS_ACCESS_KEY_ID"] = aws.Options.AccessKeyId;
        settings["AWS_SECRET_ACCESS_KEY"] = aws.Options.SecretAccessKey;
        settings["AWS_ENDPOINT_URL"] = aws.Server.Endpoint.ToString().TrimEnd('/');

        var output = new ConcurrentQueue<string>();
        using var web = Start(unit["ExecStart"].Replace("/opt/imageapp", _folder, StringComparison.Ordinal), settings, output);
        try
        {
            using var client = new HttpClient { BaseAddress = address };
            var health = await HealthyAsync(client, web, output);
            Assert.Equal("Healthy", (string?)health["status"]);

            // Through a load balancer one word is told, also right after the machine itself was told everything.
            using (var outside = new HttpRequestMessage(HttpMethod.Get, "/health") { Headers = { { "X-Forwarded-For", "203.0.113.9" } } })
            using (var answer = await client.SendAsync(outside, Cancel))
            {
                Assert.Equal("{\"status\":\"Healthy\"}", await answer.Content.ReadAsStringAsync(Cancel));
            }

            using var form = new MultipartFormDataContent { { new ByteArrayContent(TestImages.Jpeg(300, 200)), "file", "packed.jpg" } };
            using (var unknown = await client.PostAsync("/api/images", form, Cancel))
            {
                Assert.Equal(HttpStatusCode.Unauthorized, unknown.StatusCode);
            }

            client.DefaultRequestHeaders.Authorization = new("Bearer", await TokenAsync(database));
            using var again = new MultipartFormDataContent { { new ByteArrayContent(TestImages.Jpeg(300, 200)), "file", "packed.jpg" } };
            using var upload = await client.PostAsync("/api/images", again, Cancel);
            Assert.Equal(HttpStatusCode.Created, upload.StatusCode);
            var page = await client.GetStringAsync("/gallery", Cancel);
            Assert.Contains("packed.jpg", page);
            var style = page.Split("href=\"")
                .Select(part => part.Split('"')[0])
                .First(link => link.Contains(".css", StringComparison.Ordinal));
            Assert.Equal(
                "text/css",
                (await client.GetAsync(new Uri(new Uri(address, "/gallery"), style), Cancel)).Content.Headers.ContentType?.MediaType
            );

            // SIGTERM is what systemd sends; nothing may be cut.
            using (var kill = Process.Start("kill", ["-TERM", web.Id.ToString()]))
            {
                await kill.WaitForExitAsync(Cancel);
            }

            await web.WaitForExitAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(30), Cancel);
            Assert.Equal(0, web.ExitCode);

            // Traces reached the collector, though no page view is traced, since there was an upload; and only traces were sent.
            Assert.NotEmpty(collector.Calls);
            Assert.All(collector.Calls, call => Assert.Equal("/opentelemetry.proto.collector.trace.v1.TraceService/Export", call));
        }
        finally
        {
            if (!web.HasExited)
            {
                web.Kill(entireProcessTree: true);
            }
        }
    }

    // As the account's page makes one.
    private static async Task<string> TokenAsync(string connection)
    {
        await using var database = new MySqlDataSource(connection);
        var person = await new SessionCatalogue(database).SeePersonAsync(new byte[32], "a script's", "contributor", Cancel);
        var token = AccessToken.New();
        await new TokenCatalogue(database)
            .CreateAsync(AccessToken.HashOf(token), person, "upload", "write", TimeSpan.FromDays(1), Cancel);
        return token;
    }

    private void Unpack()
    {
        var zip = Path.Combine(RepositoryRoot.Path, "artifacts", "ImageApp.Web.zip");
        Assert.True(File.Exists(zip), $"{zip} is not there: deploy/package builds it.");
        ZipFile.ExtractToDirectory(zip, _folder);
        File.SetUnixFileMode(
            _folder,
            UnixFileMode.UserRead
                | UnixFileMode.UserWrite
                | UnixFileMode.UserExecute
                | UnixFileMode.GroupRead
                | UnixFileMode.GroupExecute
                | UnixFileMode.OtherRead
                | UnixFileMode.OtherExecute
        );
    }

    private Dictionary<string, string> Unit() =>
        File.ReadAllLines(Path.Combine(_folder, "imageapp-web.service"))
            .Where(line => line.Contains('='))
            .Select(line => line.Split('=', 2))
            .GroupBy(pair => pair[0])
            .ToDictionary(group => group.Key, group => group.First()[1]);

    // The lines that user data writes into the unit's EnvironmentFile.
    private static Dictionary<string, string> Settings()
    {
        var data = (string)
            DeployTemplate.Load("web.yaml").Only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]!["UserData"]!["Fn::Base64"]!["Fn::Sub"]!;
        var lines = data[data.IndexOf("<<'SETTINGS'", StringComparison.Ordinal)..]
            .Split('\n')
            .Skip(1)
            .TakeWhile(line => line.Trim() != "SETTINGS");
        return lines.Select(line => line.Trim().Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
    }

    private Process Start(string program, Dictionary<string, string> settings, ConcurrentQueue<string> output)
    {
        // Nobody is an ordinary user who owns nothing; without root, whoever runs the tests is ordinary already.
        var start = Environment.IsPrivilegedProcess
            ? new ProcessStartInfo("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs", program])
            : new ProcessStartInfo(program);
        start.WorkingDirectory = _folder;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/bin:/bin";
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => output.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => output.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task<JsonObject> HealthyAsync(HttpClient client, Process web, ConcurrentQueue<string> output)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            Assert.False(web.HasExited, string.Join('\n', output));
            try
            {
                var health = (await client.GetFromJsonAsync<JsonObject>("/health", deadline.Token))!;
                if ((string?)health["status"] == "Healthy")
                {
                    return health;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(50, deadline.Token);
        }
    }
}
