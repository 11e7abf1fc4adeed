using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace ImageApp.Tests.LocalAws.S3;

/// <summary>Uploads by a form of a page: only what its policy says, and signed by the account.</summary>
public sealed class PostObjectTests : BucketTest
{
    [Fact]
    public async Task A_form_stores_a_file_under_its_own_name_with_headers_and_metadata()
    {
        using var response = await PostAsync(
            [
                ("key", "uploads/${filename}"),
                ("Content-Type", "image/png"),
                ("x-amz-meta-who", "me"),
                ("success_action_status", "201"),
                ("x-ignore-this", "anything"),
            ],
            [
                new JsonArray("starts-with", "$key", "uploads/"),
                new JsonArray("starts-with", "$Content-Type", "image/"),
                new JsonObject { ["x-amz-meta-who"] = "me" },
                new JsonObject { ["success_action_status"] = "201" },
                new JsonArray("content-length-range", 1, 10),
            ]);
        var answer = XElement.Parse(await response.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("uploads/a picture.png", answer.Element("Key")!.Value);
        var head = await S3.GetObjectMetadataAsync(Bucket, "uploads/a picture.png", Cancelled);
        Assert.Equal("image/png", head.Headers.ContentType);
        Assert.Equal("me", head.Metadata["who"]);
        Assert.Equal("12345", await ReadAsync("uploads/a picture.png"));
    }

    [Fact]
    public async Task A_form_may_send_the_page_elsewhere()
    {
        using var response = await PostAsync(
            [("key", "k"), ("success_action_redirect", "http://localhost/done?x=1")],
            [new JsonObject { ["key"] = "k" }, new JsonArray("eq", "$success_action_redirect", "http://localhost/done?x=1")]);
        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        Assert.StartsWith(
            $"http://localhost/done?x=1&bucket={Bucket}&key=k&etag=%22",
            response.Headers.Location!.OriginalString,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("key-of-others", 5, "Policy Condition failed: [\"starts-with\",\"$key\",\"uploads/\"]", "AccessDenied")]
    [InlineData("uploads/k", 11, "maximum allowed size: 10", "EntityTooLarge")]
    [InlineData("uploads/k", 0, "the policy asks for 1", "EntityTooSmall")]
    public async Task What_the_policy_does_not_allow_is_refused_and_nothing_stored(string key, int size, string message, string code)
    {
        using var response = await PostAsync(
            [("key", key)],
            [new JsonArray("starts-with", "$key", "uploads/"), new JsonArray("content-length-range", 1, 10)],
            new string('x', size));
        await AssertRefusedAsync(response, code, message);
    }

    [Fact]
    public async Task A_field_without_a_condition_a_policy_that_is_over_and_one_that_others_signed_are_refused()
    {
        JsonNode[] conditions = [new JsonObject { ["key"] = "k" }];
        using var extra = await PostAsync([("key", "k"), ("x-amz-meta-more", "1")], conditions);
        await AssertRefusedAsync(extra, "AccessDenied", "Extra input fields: x-amz-meta-more");
        using var late = await PostAsync([("key", "k")], conditions, at: DateTimeOffset.UtcNow.AddHours(-2));
        await AssertRefusedAsync(late, "AccessDenied", "Policy expired");
        using var forged = await PostAsync([("key", "k")], conditions, secret: "guessed");
        await AssertRefusedAsync(forged, "SignatureDoesNotMatch", "signature");
        using var unsigned = await PostAsync([("key", "k")], conditions, secret: null);
        await AssertRefusedAsync(unsigned, "AccessDenied", "unsigned");
    }

    [Theory]
    [InlineData("not Base64!", "InvalidPolicyDocument")]
    [InlineData("e30=", "InvalidPolicyDocument")]
    [InlineData("bm8gSlNPTg==", "InvalidPolicyDocument")]
    public async Task A_policy_that_is_none_is_named(string policy, string code)
    {
        using var form = new MultipartFormDataContent();
        AddSignature(form, policy, DateTimeOffset.UtcNow, Host.Options.SecretAccessKey);
        form.Add(new StringContent("k"), "key");
        form.Add(new StringContent("x"), "file", "x");
        using var response = await Host.Http.PostAsync(new Uri(Host.Server.Endpoint, Bucket), form, Cancelled);
        await AssertRefusedAsync(response, code, "Policy");
    }

    [Fact]
    public async Task A_form_without_a_file_or_with_a_broken_body_is_a_clients_mistake()
    {
        using var without = new MultipartFormDataContent { { new StringContent("k"), "key" } };
        using var missing = await Host.Http.PostAsync(new Uri(Host.Server.Endpoint, Bucket), without, Cancelled);
        await AssertRefusedAsync(missing, "InvalidArgument", "exactly one file");
        using var broken = new ByteArrayContent("--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nk"u8.ToArray());
        broken.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=b");
        using var malformed = await Host.Http.PostAsync(new Uri(Host.Server.Endpoint, Bucket), broken, Cancelled);
        await AssertRefusedAsync(malformed, "MalformedPOSTRequest", "multipart/form-data");
    }

    private static async Task AssertRefusedAsync(HttpResponseMessage response, string code, string message)
    {
        var body = await response.Content.ReadAsStringAsync(Cancelled);
        var error = XElement.Parse(body);
        Assert.Equal(code, error.Element("Code")!.Value);
        Assert.Contains(message, error.Element("Message")!.Value, StringComparison.Ordinal);
        Assert.InRange((int)response.StatusCode, 400, 499);
    }

    private async Task<HttpResponseMessage> PostAsync(
        (string Name, string Value)[] fields,
        JsonNode[] conditions,
        string content = "12345",
        DateTimeOffset? at = null,
        string? secret = "")
    {
        var time = at ?? DateTimeOffset.UtcNow;
        using var form = new MultipartFormDataContent();
        if (secret is not null)
        {
            var scope = Scope(time);
            var policy = new JsonObject
            {
                ["expiration"] = time.AddHours(1).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                ["conditions"] = new JsonArray(
                [
                    new JsonObject { ["bucket"] = Bucket },
                    new JsonObject { ["x-amz-algorithm"] = "AWS4-HMAC-SHA256" },
                    new JsonObject { ["x-amz-credential"] = $"{Host.Options.AccessKeyId}/{scope}" },
                    new JsonObject { ["x-amz-date"] = Timestamp(time) },
                    .. conditions.Select(condition => condition.DeepClone()),
                ]),
            };
            AddSignature(
                form,
                Convert.ToBase64String(Encoding.UTF8.GetBytes(policy.ToJsonString())),
                time,
                secret.Length > 0 ? secret : Host.Options.SecretAccessKey);
        }

        foreach (var (name, value) in fields)
        {
            form.Add(new StringContent(value), name);
        }

        form.Add(new StringContent(content), "file", "a picture.png");
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var client = new HttpClient(handler);
        return await client.PostAsync(new Uri(Host.Server.Endpoint, Bucket), form, Cancelled);
    }

    private void AddSignature(MultipartFormDataContent form, string policy, DateTimeOffset time, string secret)
    {
        var key = Encoding.UTF8.GetBytes("AWS4" + secret);
        foreach (var part in Scope(time).Split('/'))
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        form.Add(new StringContent(policy), "policy");
        form.Add(new StringContent("AWS4-HMAC-SHA256"), "x-amz-algorithm");
        form.Add(new StringContent($"{Host.Options.AccessKeyId}/{Scope(time)}"), "x-amz-credential");
        form.Add(new StringContent(Timestamp(time)), "x-amz-date");
        form.Add(
            new StringContent(Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(policy)))),
            "x-amz-signature");
    }

    private static string Timestamp(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    private static string Scope(DateTimeOffset time) => $"{Timestamp(time)[..8]}/us-east-1/s3/aws4_request";
}
