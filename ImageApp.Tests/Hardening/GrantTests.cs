using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Storage;
using ImageApp.Tests.Application;
using ImageApp.Tests.Browser;
using ImageApp.Tests.Core;
using ImageApp.Tests.Database;
using ImageApp.Web.Upkeep;
using Microsoft.Extensions.Logging.Abstractions;
using MySqlConnector;

namespace ImageApp.Tests.Hardening;

/// <summary>What a browser may put into the bucket itself: one object, once, for a picture that is still wanted.</summary>
public sealed class GrantTests(RunningApplication fixture, DatabaseServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_grant_is_good_once_and_brings_nothing_back_after_a_deletion()
    {
        var app = await fixture.StartAsync();
        var picture = TestImages.Jpeg(517, 301);
        var grant = await GrantAsync(app, "granted once.jpg", picture);
        var (id, key) = ((long)grant["id"]!, (string)grant["key"]!);
        Assert.Equal("*", (string?)grant["headers"]!["If-None-Match"]);

        Assert.Equal(HttpStatusCode.OK, await PutAsync(grant, picture));
        await app.WaitForImageAsync(id, RunningApplication.IsFinished);
        Assert.Equal(HttpStatusCode.PreconditionFailed, await PutAsync(grant, picture));
        Assert.Equal(HttpStatusCode.Forbidden, await PutAsync(grant, picture, without: "If-None-Match"));

        Assert.Equal(HttpStatusCode.NoContent, (await app.Web.DeleteAsync($"/api/images/{id}?permanently=true", Cancel)).StatusCode);
        await GoneAsync();

        // The bucket has nothing against it; the gallery has.
        Assert.Equal(HttpStatusCode.OK, await PutAsync(grant, picture));
        await GoneAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await app.Web.GetAsync($"/api/images/{id}", Cancel)).StatusCode);
        var trash = (await app.Web.GetFromJsonAsync<JsonObject>("/api/images?trash=true&limit=200", Cancel))!["images"]!.AsArray();
        Assert.DoesNotContain(trash, image => (string?)image!["key"] == key);
        Assert.DoesNotContain("granted once", await app.Web.GetStringAsync("/?q=granted", Cancel));

        async Task GoneAsync()
        {
            using var s3 = app.CreateS3Client();
            await Eventually.HoldsAsync(
                async () => (await s3.ListObjectsV2Async(
                    new ListObjectsV2Request { BucketName = app.BucketName, Prefix = key }, Cancel)).S3Objects is null or [],
                $"{key} is gone");
        }
    }

    [Fact]
    public async Task What_is_put_after_its_upload_was_cancelled_is_in_no_gallery()
    {
        var app = await fixture.StartAsync();
        var picture = TestImages.Jpeg(518, 301);
        var grant = await GrantAsync(app, "cancelled grant.jpg", picture);
        Assert.Equal(HttpStatusCode.NoContent, (await app.Web.DeleteAsync($"/api/images/{grant["id"]}", Cancel)).StatusCode);

        Assert.Equal(HttpStatusCode.OK, await PutAsync(grant, picture));
        await Eventually.HoldsAsync(
            async () => (await app.Web.GetFromJsonAsync<JsonObject>("/api/images?trash=true&limit=200", Cancel))!["images"]!.AsArray()
                .Any(image => (long)image!["id"]! == (long)grant["id"]! && image["thumbnailUrl"] is not null),
            "the functions have seen the object");
        Assert.Equal(HttpStatusCode.NotFound, (await app.Web.GetAsync($"/api/images/{grant["id"]}", Cancel)).StatusCode);
    }

    [Fact]
    public async Task The_buckets_rules_name_the_gallerys_address_alone()
    {
        var app = await fixture.StartAsync();
        using var s3 = app.CreateS3Client();
        var rules = (await s3.GetCORSConfigurationAsync(
            new GetCORSConfigurationRequest { BucketName = app.BucketName }, Cancel)).Configuration.Rules;
        Assert.Equal([app.Web.BaseAddress!.GetLeftPart(UriPartial.Authority)], Assert.Single(rules).AllowedOrigins);
    }

    [Fact]
    public async Task Unused_grants_go_by_thousands_and_what_came_without_a_word_is_taken_up()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        await aws.S3.PutBucketAsync(WebProcess.Bucket, Cancel);
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        var bucket = new ImageBucket(aws.S3, new BucketOptions { BucketName = WebProcess.Bucket }, TimeProvider.System);
        await using (var connection = await database.OpenConnectionAsync(Cancel))
        await using (var insert = new MySqlCommand(
            "INSERT INTO captions (image_key, file_name, updated_at) VALUES "
                + string.Join(',', Enumerable.Range(1, 2500).Select(n => $"('images/{n:000000}.jpg', 'unused', '2021-03-04')")),
            connection))
        {
            await insert.ExecuteNonQueryAsync(Cancel);
        }

        string[] came = ["images/000001.jpg", "images/001234.jpg", "images/002500.jpg"];
        foreach (var key in came)
        {
            await bucket.PutOriginalAsync(key, TestImages.Jpeg(60, 40), "image/jpeg", "came.jpg", Cancel);
        }

        await catalogue.Uploads.AddAsync(new NewImage("images/new.jpg", "new.jpg", "image/jpeg", 5), Cancel);
        var options = new ReconcilerOptions();
        using var sweep = new GrantSweep(
            catalogue.Upkeep,
            catalogue.Uploads,
            catalogue.Locks,
            bucket,
            new PipelineRestart(catalogue.Upkeep, bucket, NullLogger<PipelineRestart>.Instance),
            options,
            TimeProvider.System,
            NullLogger<GrantSweep>.Instance);
        await sweep.SweepAsync(Cancel);

        Assert.Empty(await catalogue.Upkeep.ListExpectedAsync(options.Quiet, 10, Cancel));
        var rows = (await catalogue.Gallery.ListAsync(new ImageQuery(10), Cancel)).Images;
        Assert.Equal(came, rows.Select(row => row.Key).Order(StringComparer.Ordinal));
        Assert.All(rows, row => Assert.Equal(1, row.Attempts));
        Assert.NotNull(await catalogue.Results.FindAsync("images/new.jpg", Cancel));
        Assert.Null(await catalogue.Results.FindAsync("images/000002.jpg", Cancel));
    }

    [Theory]
    [InlineData("eu-central-1", "pictures")]
    [InlineData("us-east-1", "pictures")]
    [InlineData("us-east-1", "pictures.of.mine")]
    public async Task The_buckets_origin_is_that_of_its_grants(string region, string name)
    {
        using var s3 = new AmazonS3Client(
            new BasicAWSCredentials("a", "b"),
            new AmazonS3Config { RegionEndpoint = RegionEndpoint.GetBySystemName(region), IgnoreConfiguredEndpointUrls = true });
        var bucket = new ImageBucket(s3, new BucketOptions { BucketName = name }, TimeProvider.System);
        var upload = await bucket.PresignUploadAsync("images/a.jpg", "image/jpeg", 5, "a.jpg", TimeSpan.FromMinutes(5));
        Assert.Equal(new Uri(upload.Url).GetLeftPart(UriPartial.Authority), bucket.Origin);
        Assert.StartsWith("https://", bucket.Origin);
    }

    private static async Task<JsonObject> GrantAsync(RunningApplication app, string name, byte[] picture)
    {
        using var answer = await app.Web.PostAsJsonAsync(
            "/api/uploads", new { fileName = name, contentType = "image/jpeg", sizeBytes = picture.Length }, Cancel);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
    }

    private static async Task<HttpStatusCode> PutAsync(JsonObject grant, byte[] picture, string? without = null)
    {
        using var client = new HttpClient();
        using var put = new HttpRequestMessage(HttpMethod.Put, (string)grant["url"]!) { Content = new ByteArrayContent(picture) };
        foreach (var (name, value) in grant["headers"]!.AsObject().Where(header => header.Key != without))
        {
            if (name == "Content-Type")
            {
                put.Content.Headers.ContentType = MediaTypeHeaderValue.Parse((string)value!);
            }
            else
            {
                put.Headers.TryAddWithoutValidation(name, (string)value!);
            }
        }

        using var answer = await client.SendAsync(put, Cancel);
        return answer.StatusCode;
    }
}
