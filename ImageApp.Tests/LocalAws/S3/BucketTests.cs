using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace ImageApp.Tests.LocalAws.S3;

public sealed class BucketTests : IAsyncLifetime
{
    private LocalAwsInstance _host = null!;
    private string _bucket = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await LocalAwsInstance.StartAsync();
        _bucket = await _host.CreateBucketAsync();
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Buckets_are_created_listed_found_and_deleted()
    {
        var other = await _host.CreateBucketAsync();
        var listed = await _host.S3.ListBucketsAsync(Cancellation);
        Assert.Equal(new[] { _bucket, other }.Order(StringComparer.Ordinal), listed.Buckets.Select(bucket => bucket.BucketName));
        await _host.S3.HeadBucketAsync(new HeadBucketRequest { BucketName = other }, Cancellation);
        Assert.Equal("", (await _host.S3.GetBucketLocationAsync(other, Cancellation)).Location?.Value ?? "");
        await _host.S3.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = other,
                Key = "k",
                ContentBody = "x",
            },
            Cancellation);
        Assert.Equal(
            "BucketNotEmpty",
            (await Assert.ThrowsAsync<AmazonS3Exception>(() => _host.S3.DeleteBucketAsync(other, Cancellation))).ErrorCode);
        await _host.S3.DeleteObjectAsync(other, "k", Cancellation);
        await _host.S3.DeleteBucketAsync(other, Cancellation);
        Assert.Equal(
            HttpStatusCode.NotFound,
            (
                await Assert.ThrowsAnyAsync<AmazonS3Exception>(() =>
                    _host.S3.HeadBucketAsync(new HeadBucketRequest { BucketName = other }, Cancellation))).StatusCode);
        Assert.Equal(
            "NoSuchBucket",
            (
                await Assert.ThrowsAnyAsync<AmazonS3Exception>(() =>
                    _host.S3.PutObjectAsync(
                        new PutObjectRequest
                        {
                            BucketName = other,
                            Key = "k",
                            ContentBody = "x",
                        },
                        Cancellation))).ErrorCode);
    }

    [Theory]
    [InlineData("ab")]
    [InlineData("Upper")]
    [InlineData("-begins")]
    [InlineData("dots..dots")]
    [InlineData("192.168.0.1")]
    [InlineData("under_score")]
    public async Task A_name_outside_the_rules_is_refused(string name)
    {
        var answer = await SignedRequest.SendAsync(_host, HttpMethod.Put, "/" + name, []);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("<Code>InvalidBucketName</Code>", await answer.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task Configuration_is_stored_returned_and_deleted()
    {
        await _host.S3.PutPublicAccessBlockAsync(
            new PutPublicAccessBlockRequest
            {
                BucketName = _bucket,
                PublicAccessBlockConfiguration = new PublicAccessBlockConfiguration
                {
                    BlockPublicAcls = true,
                    RestrictPublicBuckets = true,
                },
            },
            Cancellation);
        var block = (
            await _host.S3.GetPublicAccessBlockAsync(new GetPublicAccessBlockRequest { BucketName = _bucket }, Cancellation)
        ).PublicAccessBlockConfiguration;
        Assert.True(block.BlockPublicAcls);
        Assert.False(block.BlockPublicPolicy);

        await _host.S3.PutBucketEncryptionAsync(
            new PutBucketEncryptionRequest
            {
                BucketName = _bucket,
                ServerSideEncryptionConfiguration = new ServerSideEncryptionConfiguration
                {
                    ServerSideEncryptionRules =
                    [
                        new ServerSideEncryptionRule
                        {
                            ServerSideEncryptionByDefault = new ServerSideEncryptionByDefault
                            {
                                ServerSideEncryptionAlgorithm = ServerSideEncryptionMethod.AES256,
                            },
                        },
                    ],
                },
            },
            Cancellation);
        var encryption = await _host.S3.GetBucketEncryptionAsync(new GetBucketEncryptionRequest { BucketName = _bucket }, Cancellation);
        Assert.Equal(
            ServerSideEncryptionMethod.AES256,
            encryption
                .ServerSideEncryptionConfiguration
                .ServerSideEncryptionRules[0]
                .ServerSideEncryptionByDefault
                .ServerSideEncryptionAlgorithm);

        await _host.S3.PutBucketOwnershipControlsAsync(
            new PutBucketOwnershipControlsRequest
            {
                BucketName = _bucket,
                OwnershipControls = new OwnershipControls
                {
                    Rules = [new OwnershipControlsRule { ObjectOwnership = ObjectOwnership.BucketOwnerEnforced }],
                },
            },
            Cancellation);
        Assert.Equal(
            ObjectOwnership.BucketOwnerEnforced,
            (await _host.S3.GetBucketOwnershipControlsAsync(new GetBucketOwnershipControlsRequest { BucketName = _bucket }, Cancellation))
                .OwnershipControls
                .Rules[0]
                .ObjectOwnership);

        await _host.S3.PutBucketTaggingAsync(
            new PutBucketTaggingRequest { BucketName = _bucket, TagSet = [new Tag { Key = "a", Value = "1" }] },
            Cancellation);
        Assert.Equal(
            "1",
            Assert
                .Single((await _host.S3.GetBucketTaggingAsync(new GetBucketTaggingRequest { BucketName = _bucket }, Cancellation)).TagSet)
                .Value);

        await _host.S3.PutBucketVersioningAsync(
            new PutBucketVersioningRequest
            {
                BucketName = _bucket,
                VersioningConfig = new S3BucketVersioningConfig { Status = VersionStatus.Suspended },
            },
            Cancellation);
        await _host.S3.DeletePublicAccessBlockAsync(new DeletePublicAccessBlockRequest { BucketName = _bucket }, Cancellation);
        Assert.Equal(
            "NoSuchPublicAccessBlockConfiguration",
            (
                await Assert.ThrowsAsync<AmazonS3Exception>(() =>
                    _host.S3.GetPublicAccessBlockAsync(new GetPublicAccessBlockRequest { BucketName = _bucket }, Cancellation))).ErrorCode);
    }

    [Fact]
    public async Task Lifecycle_rules_delete_old_objects_and_abort_old_uploads()
    {
        await _host.S3.PutLifecycleConfigurationAsync(
            new PutLifecycleConfigurationRequest
            {
                BucketName = _bucket,
                Configuration = new LifecycleConfiguration
                {
                    Rules =
                    [
                        new LifecycleRule
                        {
                            Id = "uploads",
                            Status = LifecycleRuleStatus.Enabled,
                            Filter = new LifecycleFilter { LifecycleFilterPredicate = new LifecyclePrefixPredicate { Prefix = "" } },
                            AbortIncompleteMultipartUpload = new LifecycleRuleAbortIncompleteMultipartUpload { DaysAfterInitiation = 1 },
                        },
                        new LifecycleRule
                        {
                            Id = "old",
                            Status = LifecycleRuleStatus.Enabled,
                            Filter = new LifecycleFilter { LifecycleFilterPredicate = new LifecyclePrefixPredicate { Prefix = "tmp/" } },
                            Expiration = new LifecycleRuleExpiration { Days = 3 },
                        },
                    ],
                },
            },
            Cancellation);
        Assert.Equal(
            ["uploads", "old"],
            (await _host.S3.GetLifecycleConfigurationAsync(_bucket, Cancellation)).Configuration.Rules.Select(rule => rule.Id));
        await _host.S3.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = _bucket,
                Key = "tmp/a",
                ContentBody = "x",
            },
            Cancellation);
        await _host.S3.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = _bucket,
                Key = "kept",
                ContentBody = "x",
            },
            Cancellation);
        await _host.S3.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest { BucketName = _bucket, Key = "u" }, Cancellation);
        var worker = (ImageApp.LocalAws.S3.LifecycleWorker)_host.Server.Services.GetService(typeof(ImageApp.LocalAws.S3.LifecycleWorker))!;

        await worker.ApplyAsync(DateTimeOffset.UtcNow.AddHours(23), Cancellation);
        Assert.Single(
            (
                await _host.S3.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = _bucket }, Cancellation)
            ).MultipartUploads);
        await worker.ApplyAsync(DateTimeOffset.UtcNow.AddDays(2), Cancellation);
        Assert.Empty(
            (
                await _host.S3.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = _bucket }, Cancellation)
            ).MultipartUploads
                ?? []);
        Assert.Equal(2, (await _host.S3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = _bucket }, Cancellation)).KeyCount);
        await worker.ApplyAsync(DateTimeOffset.UtcNow.AddDays(4), Cancellation);
        Assert.Equal(
            "kept",
            Assert
                .Single((await _host.S3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = _bucket }, Cancellation)).S3Objects)
                .Key);
    }

    [Fact]
    public async Task Errors_name_the_bucket_the_key_and_the_region_in_elements_of_their_own()
    {
        var key = await SignedRequest.SendAsync(_host, HttpMethod.Get, $"/{_bucket}/none", null);
        Assert.Contains("<Key>none</Key>", await key.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        var bucket = await SignedRequest.SendAsync(_host, HttpMethod.Get, "/none-such", null);
        Assert.Contains(
            "<BucketName>none-such</BucketName>",
            await bucket.Content.ReadAsStringAsync(Cancellation),
            StringComparison.Ordinal);
        var region = await SignedRequest.SendAsync(
            _host,
            HttpMethod.Get,
            $"/{_bucket}",
            null,
            request =>
            {
                var authorization = request.Headers.GetValues("Authorization").Single();
                request.Headers.Remove("Authorization");
                request.Headers.TryAddWithoutValidation(
                    "Authorization",
                    authorization.Replace("us-east-1", "eu-central-1", StringComparison.Ordinal));
            });
        Assert.Contains("<Region>us-east-1</Region>", await region.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal("us-east-1", region.Headers.GetValues("x-amz-bucket-region").Single());
    }

    [Fact]
    public async Task A_policy_lets_everybody_read_and_can_deny_the_owner()
    {
        await _host.S3.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = _bucket,
                Key = "public/a",
                ContentBody = "x",
            },
            Cancellation);
        await _host.S3.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = _bucket,
                Key = "private/a",
                ContentBody = "x",
            },
            Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, (await _host.Http.GetAsync($"/{_bucket}/public/a", Cancellation)).StatusCode);
        var policy = $$"""
            {"Version":"2012-10-17","Statement":[
              {"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::{{_bucket}}/public/*"},
              {"Effect":"Deny","Principal":"*","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::{{_bucket}}/public/*"},
              {"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::{{_bucket}}","arn:aws:s3:::{{_bucket}}/*"],
               "Condition":{"Bool":{"aws:SecureTransport":"false"} } }]}
            """;
        await _host.S3.PutBucketPolicyAsync(_bucket, policy, Cancellation);
        Assert.Equal(policy, (await _host.S3.GetBucketPolicyAsync(_bucket, Cancellation)).Policy);
        Assert.Equal("x", await _host.Http.GetStringAsync($"/{_bucket}/public/a", Cancellation));
        var refused = await _host.Http.GetAsync($"/{_bucket}/private/a", Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("s3:GetObject", await refused.Content.ReadAsStringAsync(Cancellation));

        var denied = await Assert.ThrowsAsync<AmazonS3Exception>(() => _host.S3.DeleteObjectAsync(_bucket, "public/a", Cancellation));
        Assert.Equal("AccessDenied", denied.ErrorCode);
        await _host.S3.DeleteObjectAsync(_bucket, "private/a", Cancellation);

        await _host.S3.PutPublicAccessBlockAsync(
            new PutPublicAccessBlockRequest
            {
                BucketName = _bucket,
                PublicAccessBlockConfiguration = new PublicAccessBlockConfiguration { RestrictPublicBuckets = true },
            },
            Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, (await _host.Http.GetAsync($"/{_bucket}/public/a", Cancellation)).StatusCode);
        await _host.S3.DeleteBucketPolicyAsync(_bucket, Cancellation);
        await _host.S3.DeleteObjectAsync(_bucket, "public/a", Cancellation);
        Assert.Equal(
            "MalformedPolicy",
            (await Assert.ThrowsAsync<AmazonS3Exception>(() => _host.S3.PutBucketPolicyAsync(_bucket, "{}", Cancellation))).ErrorCode);
    }

    [Fact]
    public async Task Browsers_get_cors_answers_by_the_buckets_rules()
    {
        await _host.S3.PutCORSConfigurationAsync(
            new PutCORSConfigurationRequest
            {
                BucketName = _bucket,
                Configuration = new CORSConfiguration
                {
                    Rules =
                    [
                        new CORSRule
                        {
                            AllowedOrigins = ["http://localhost:*"],
                            AllowedMethods = ["PUT", "GET"],
                            AllowedHeaders = ["content-type", "x-amz-*"],
                            ExposeHeaders = ["ETag"],
                            MaxAgeSeconds = 300,
                        },
                    ],
                },
            },
            Cancellation);
        Assert.Equal(
            "http://localhost:*",
            (await _host.S3.GetCORSConfigurationAsync(_bucket, Cancellation)).Configuration.Rules[0].AllowedOrigins[0]);

        async Task<HttpResponseMessage> PreflightAsync(string origin, string method, string headers)
        {
            var request = new HttpRequestMessage(HttpMethod.Options, $"/{_bucket}/k");
            request.Headers.Add("Origin", origin);
            request.Headers.Add("Access-Control-Request-Method", method);
            request.Headers.Add("Access-Control-Request-Headers", headers);
            return await _host.Http.SendAsync(request, Cancellation);
        }

        var allowed = await PreflightAsync("http://localhost:5000", "PUT", "Content-Type, X-Amz-Meta-A");
        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
        Assert.Equal("http://localhost:5000", allowed.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal("content-type, x-amz-meta-a", allowed.Headers.GetValues("Access-Control-Allow-Headers").Single());
        Assert.Equal("300", allowed.Headers.GetValues("Access-Control-Max-Age").Single());
        Assert.Equal(HttpStatusCode.Forbidden, (await PreflightAsync("http://evil.example", "PUT", "content-type")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await PreflightAsync("http://localhost:5000", "DELETE", "content-type")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await PreflightAsync("http://localhost:5000", "PUT", "authorization")).StatusCode);

        var simple = await SignedRequest.SendAsync(
            _host,
            HttpMethod.Get,
            $"/{_bucket}/missing",
            null,
            request => request.Headers.Add("Origin", "http://localhost:1"));
        Assert.Equal("http://localhost:1", simple.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal("ETag", simple.Headers.GetValues("Access-Control-Expose-Headers").Single());
        await _host.S3.DeleteCORSConfigurationAsync(_bucket, Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, (await PreflightAsync("http://localhost:5000", "PUT", "content-type")).StatusCode);
    }
}
