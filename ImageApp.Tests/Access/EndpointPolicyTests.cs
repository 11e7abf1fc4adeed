using System.Net;
using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using ImageApp.Core.Catalogue;
using ImageApp.Tests.Database;
using ImageApp.Web.Access;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using MySqlConnector;

namespace ImageApp.Tests.Access;

/// <summary>Every endpoint that the application maps, whichever feature it is of: what it states, and what it does.</summary>
public sealed class EndpointPolicyTests(DatabaseServer server)
{
    // Style sheets and scripts that changed since the build, in development; it is a route for files that are there only.
    private const string ChangedFiles = "/{**path:file}";

    // What states no policy of its own: the framework's. It stays closed.
    private static readonly string[] Unstated = ["/_framework/opaque-redirect", ChangedFiles];

    // For everybody in every mode. A new line here is a decision.
    private static readonly string[] ForAnyone =
    [
        "GET /account", "GET /alive", "GET /health", "GET /s/{Token}", "GET /s/{Token}/images/{Id:long}",
        "GET /s/{token}/images/{id:long}/original", "GET /s/{token}/images/{id:long}/rendition/{side:int}",
        "GET /s/{token}/images/{id:long}/thumbnail", "GET /s/{token}/pictures.zip", "GET /sign-in", "POST /s/{token}/password", "POST /sign-out",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("open")]
    [InlineData("public-read")]
    [InlineData("private")]
    public async Task Each_endpoint_states_who_may_use_it_and_refuses_everybody_else(string mode)
    {
        await using var gallery = new Gallery(await server.CreateDatabaseAsync(), mode);
        using var client = gallery.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });
        var endpoints = gallery.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();
        Assert.InRange(endpoints.Count, 60, 1000);

        Assert.Equal(
            Unstated,
            endpoints.Where(endpoint => Least(endpoint) is null).Select(Path).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(
            ForAnyone,
            endpoints.Where(endpoint => Least(endpoint) == "anyone" && !IsStatic(endpoint)).Select(Name).Distinct()
                .Order(StringComparer.Ordinal));

        var tokens = mode == "open" ? [] : await TokensAsync(gallery);
        var wrong = new List<string>();
        foreach (var endpoint in endpoints.Where(endpoint => !IsStatic(endpoint) && Path(endpoint) != ChangedFiles))
        {
            foreach (var role in new[] { AccessRole.None, AccessRole.Viewer, AccessRole.Contributor, AccessRole.Owner })
            {
                if (role > AccessRole.None && mode == "open")
                {
                    continue;
                }

                var status = await AskAsync(client, endpoint, tokens.GetValueOrDefault(role));
                var isRefused = status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;
                var expected = !IsAllowed(Least(endpoint), role, mode);
                var how = role == AccessRole.None ? HttpStatusCode.Unauthorized : HttpStatusCode.Forbidden;
                if (isRefused != expected || (expected && status != how))
                {
                    wrong.Add($"{Name(endpoint)} as {role}: {(int)status}");
                }
            }
        }

        Assert.Empty(wrong);
    }

    private static bool IsAllowed(string? least, AccessRole role, string mode) => least switch
    {
        "anyone" => true,

        // No script makes tokens; and where nobody signs in there are none to make.
        AccessPolicies.Person => false,
        _ when mode == "open" => true,
        AccessPolicies.Look => mode == "public-read" || role >= AccessRole.Viewer,
        AccessPolicies.Contribute => role >= AccessRole.Contributor,
        _ => role >= AccessRole.Owner,
    };

    private static string? Least(RouteEndpoint endpoint)
    {
        if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            return "anyone";
        }

        var policies = endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(data => data.Policy).ToHashSet();
        return new[] { AccessPolicies.Person, AccessPolicies.Own, AccessPolicies.Contribute, AccessPolicies.Look }
            .FirstOrDefault(policies.Contains);
    }

    // HEAD for GET: the answer without what a listener would wait for.
    private static async Task<HttpStatusCode> AskAsync(HttpClient client, RouteEndpoint endpoint, string? token)
    {
        var method = Method(endpoint);
        using var request = new HttpRequestMessage(
            method == "GET" ? HttpMethod.Head : new HttpMethod(method), Path(endpoint)
                .Replace("{id:long}", "987654321", StringComparison.Ordinal).Replace("{Id:long}", "987654321", StringComparison.Ordinal)
                .Replace("{imageId:long}", "5", StringComparison.Ordinal).Replace("{side:int}", "800", StringComparison.Ordinal)
                .Replace("{id}", "987654321", StringComparison.Ordinal).Replace("{documentName}", "v1", StringComparison.Ordinal)
                .Replace("{name}", "caption", StringComparison.Ordinal)
                .Replace("{token}", "none", StringComparison.Ordinal).Replace("{Token}", "none", StringComparison.Ordinal));
        Assert.DoesNotContain('{', request.RequestUri!.OriginalString);
        if (method is "POST" or "PUT")
        {
            // What is taken there: another type is refused by routing, whoever asks.
            request.Content = endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes is ["multipart/form-data"]
                ? new MultipartFormDataContent { { new ByteArrayContent([1]), "other", "a.jpg" } }
                : request.RequestUri.OriginalString.StartsWith("/api", StringComparison.Ordinal)
                ? new StringContent("{}", null, "application/json")
                : new FormUrlEncodedContent([new("action", "download")]);
        }

        if (token is not null)
        {
            request.Headers.Authorization = new("Bearer", token);
        }

        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        return answer.StatusCode;
    }

    private static bool IsStatic(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<Microsoft.AspNetCore.StaticAssets.StaticAssetDescriptor>() is not null;

    private static string Method(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is [var first, ..] methods
            ? methods.Contains("GET") ? "GET" : first
            : "GET";

    private static string Path(RouteEndpoint endpoint) => "/" + endpoint.RoutePattern.RawText!.Trim('/');

    private static string Name(RouteEndpoint endpoint) => $"{Method(endpoint)} {Path(endpoint)}";

    private static async Task<Dictionary<AccessRole, string?>> TokensAsync(Gallery gallery)
    {
        var sessions = gallery.Services.GetRequiredService<SessionCatalogue>();
        var catalogue = gallery.Services.GetRequiredService<TokenCatalogue>();
        var tokens = new Dictionary<AccessRole, string?>();
        foreach (var (role, scope) in new[]
        {
            (AccessRole.Viewer, "read"), (AccessRole.Contributor, "write"), (AccessRole.Owner, "owner"),
        })
        {
            var person = await sessions.SeePersonAsync(
                SHA256.HashData([(byte)role]), $"{role}", AccessRoles.NameOf(role), Cancel);
            var token = tokens[role] = AccessToken.New();
            await catalogue.CreateAsync(AccessToken.HashOf(token), person, "test", scope, TimeSpan.FromDays(1), Cancel);
        }

        return tokens;
    }

    private sealed class Gallery(string connection, string mode) : WebApplicationFactory<AccessOptions>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            foreach (var (name, value) in new[]
            {
                ("Access:Mode", mode),
                ("Access:PublicAddress", "http://localhost/"),
                ("Access:KeyEncryptionKey", Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))),
                ("Access:OpenIdConnect:Authority", "http://127.0.0.1:9/"),
                ("Access:OpenIdConnect:ClientId", "gallery"),
                ("ConnectionStrings:imagedb", new MySqlConnectionStringBuilder(connection) { ConnectionTimeout = 5 }.ConnectionString),
                ("AWS:Resources:BucketName", "pictures"),
            })
            {
                builder.UseSetting(name, value);
            }

            // Who may ask is decided before a bucket is: there is none.
            builder.ConfigureServices(services => services.AddSingleton<IAmazonS3>(_ => new AmazonS3Client(
                new BasicAWSCredentials("none", "none"),
                new AmazonS3Config { ServiceURL = "http://127.0.0.1:9", ForcePathStyle = true, MaxErrorRetry = 0 })));
        }
    }
}
