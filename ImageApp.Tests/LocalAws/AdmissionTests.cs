using System.Net;

namespace ImageApp.Tests.LocalAws;

/// <summary>What web pages on the developer's machine could send to local AWS, and that it is refused.</summary>
public sealed class AdmissionTests : IAsyncLifetime
{
    private LocalAwsInstance _aws = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _aws = await LocalAwsInstance.StartAsync(options =>
        {
            options.Functions.Add(new ImageApp.LocalAws.Lambda.FunctionRegistration("resize"));
            options.AllowedHosts.Add("aws.internal");
        });

    public ValueTask DisposeAsync() => _aws.DisposeAsync();

    [Theory]
    [InlineData("evil.test")]
    [InlineData("localhost.evil.test")]
    [InlineData("127.0.0.1.evil.test")]
    [InlineData("192.168.1.7")]
    [InlineData("evillocalhost")]
    public async Task A_name_that_is_not_this_machines_is_refused_everywhere(string host)
    {
        foreach (var path in Paths())
        {
            var (status, body) = await GetAsync(path, ("Host", host));
            Assert.Equal(HttpStatusCode.Forbidden, status);
            Assert.Contains($"'{host}'", body, StringComparison.Ordinal);
            Assert.Contains("LocalAws:AllowedHosts", body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:4566")]
    [InlineData("127.0.0.1:1")]
    [InlineData("127.1.2.3")]
    [InlineData("[::1]:4566")]
    [InlineData("s3.localhost")]
    [InlineData("aws.internal")]
    public async Task Names_of_this_machine_and_configured_ones_are_served(string host) =>
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/_local/health", ("Host", host))).Status);

    [Theory]
    [InlineData("Origin", "http://localhost:5000")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Sec-Fetch-Site", "same-origin")]
    [InlineData("Sec-Fetch-Mode", "no-cors")]
    [InlineData("Sec-Fetch-Dest", "image")]
    public async Task What_a_page_asks_for_is_refused_but_for_the_bucket(string name, string value)
    {
        foreach (var path in Paths().Where(path => path != "/bucket/key"))
        {
            var (status, body) = await GetAsync(path, (name, value));
            Assert.Equal(HttpStatusCode.Forbidden, status);
            Assert.Contains($"the header {name}", body, StringComparison.Ordinal);
        }

        // Refused as well, by S3 and since it is not signed.
        Assert.Contains("AccessDenied", (await GetAsync("/bucket/key", (name, value))).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_may_open_a_link_of_a_message_but_nothing_of_a_function()
    {
        (string, string)[] typed = [("Sec-Fetch-Site", "none"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")];
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/_local/health", typed)).Status);
        Assert.NotEqual(HttpStatusCode.Forbidden, (await GetAsync("/_sns?Action=Unsubscribe&SubscriptionArn=none", typed)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync(Next(), typed)).Status);
    }

    [Fact]
    public async Task An_invocation_goes_to_the_function_whatever_pages_ask_before()
    {
        var answer = _aws.LambdaAsync(HttpMethod.Post, "/2015-03-31/functions/resize/invocations", "1");
        foreach (var header in new[] { ("Origin", "http://evil.test"), ("Sec-Fetch-Site", "cross-site"), ("Host", "evil.test") })
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync(Next(), header)).Status);
        }

        await _aws.Runtime("resize").ServeAsync("\"true\"");
        Assert.Equal("\"true\"", (await answer).Body);
    }

    private string Next() => $"/{_aws.RuntimePathOf("resize")}/2018-06-01/runtime/invocation/next";

    private string[] Paths() => [Next(), "/_local/health", "/_sns?Action=Unsubscribe", "/2015-03-31/functions/", "/bucket/key"];

    private async Task<(HttpStatusCode Status, string Body)> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await _aws.Http.SendAsync(request, Cancelled);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancelled));
    }
}
