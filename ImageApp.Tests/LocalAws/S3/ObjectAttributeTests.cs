using System.Net;
using System.Security.Cryptography;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;

namespace ImageApp.Tests.LocalAws.S3;

/// <summary>What objects have beside their bytes: tags, customers' keys, parts, lists of who may what.</summary>
public sealed class ObjectAttributeTests : BucketTest
{
    private const int PartBytes = 5 * 1024 * 1024;

    [Fact]
    public async Task Tags_are_set_with_the_object_or_later_and_go_along_with_copies()
    {
        await S3.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = Bucket,
                Key = "k",
                ContentBody = "x",
                TagSet = [new Tag { Key = "kind", Value = "photo & more" }],
            },
            Cancelled);
        Assert.Equal("photo & more", Assert.Single(await TagsAsync("k")).Value);
        await S3.CopyObjectAsync(Bucket, "k", Bucket, "copy", Cancelled);
        await RestartAsync();
        Assert.Equal("kind", Assert.Single(await TagsAsync("copy")).Key);

        await SetAsync([]);
        Assert.Empty(await TagsAsync("k"));
        await SetAsync([.. Enumerable.Range(0, 10).Select(number => new Tag { Key = $"key{number}", Value = "" })]);
        Assert.Equal(10, (await TagsAsync("k")).Count);
        List<Tag> eleven = [.. Enumerable.Range(0, 11).Select(number => new Tag { Key = $"{number}", Value = "" })];
        var tooMany = await RefusedAsync(() => SetAsync(eleven));
        Assert.Contains("10", tooMany.Message, StringComparison.Ordinal);
        Assert.Equal("InvalidTag", (await RefusedAsync(() => SetAsync([new Tag { Key = new string('k', 129), Value = "" }]))).ErrorCode);

        Task SetAsync(List<Tag> tags) => S3.PutObjectTaggingAsync(
            new PutObjectTaggingRequest { BucketName = Bucket, Key = "k", Tagging = new Tagging { TagSet = tags } },
            Cancelled);
    }

    [Fact]
    public async Task A_customers_key_encrypts_what_is_on_the_disk_and_is_asked_for_again()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        var secret = "a sentence that nobody may find on the disk, " + Guid.NewGuid();
        await S3.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = Bucket,
                Key = "k",
                ContentBody = secret,
                ServerSideEncryptionCustomerMethod = ServerSideEncryptionCustomerMethod.AES256,
                ServerSideEncryptionCustomerProvidedKey = Convert.ToBase64String(key),
            },
            Cancelled);
        Assert.Equal("InvalidRequest", (await RefusedAsync(() => base.ReadAsync("k"))).ErrorCode);
        await RefusedAsync(() => ReadAsync(RandomNumberGenerator.GetBytes(32), null));
        Assert.Equal(secret, await ReadAsync(key, null));
        Assert.Equal(secret[17..30], await ReadAsync(key, new ByteRange(17, 29)));
        var onDisk = Directory.EnumerateFiles(Host.Options.DataDirectory, "*", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith(".lock", StringComparison.Ordinal))
            .Select(file => Encoding.Latin1.GetString(ReadShared(file)));
        Assert.DoesNotContain(
            onDisk,
            content => content.Contains("nobody may find", StringComparison.Ordinal)
                || content.Contains(Convert.ToBase64String(key), StringComparison.Ordinal)
                || content.Contains(Encoding.Latin1.GetString(key), StringComparison.Ordinal));

        async Task<string> ReadAsync(byte[] given, ByteRange? range)
        {
            using var response = await S3.GetObjectAsync(
                new GetObjectRequest
                {
                    BucketName = Bucket,
                    Key = "k",
                    ByteRange = range,
                    ServerSideEncryptionCustomerMethod = ServerSideEncryptionCustomerMethod.AES256,
                    ServerSideEncryptionCustomerProvidedKey = Convert.ToBase64String(given),
                },
                Cancelled);
            using var reader = new StreamReader(response.ResponseStream);
            return await reader.ReadToEndAsync(Cancelled);
        }
    }

    [Fact]
    public async Task Parts_are_told_and_read_one_by_one_and_a_second_completion_gets_the_first_ones_answer()
    {
        var content = RandomNumberGenerator.GetBytes(PartBytes + 1234);
        var upload = await S3.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest { BucketName = Bucket, Key = "k", ChecksumAlgorithm = ChecksumAlgorithm.SHA256 },
            Cancelled);
        List<PartETag> parts = [];
        foreach (var (number, offset, length) in new[] { (1, 0, PartBytes), (2, PartBytes, 1234) })
        {
            var part = await S3.UploadPartAsync(
                new UploadPartRequest
                {
                    BucketName = Bucket,
                    Key = "k",
                    UploadId = upload.UploadId,
                    PartNumber = number,
                    InputStream = new MemoryStream(content, offset, length),
                    ChecksumAlgorithm = ChecksumAlgorithm.SHA256,
                },
                Cancelled);
            parts.Add(new PartETag { PartNumber = number, ETag = part.ETag, ChecksumSHA256 = part.ChecksumSHA256 });
        }

        var completion = new CompleteMultipartUploadRequest
        {
            BucketName = Bucket,
            Key = "k",
            UploadId = upload.UploadId,
            PartETags = parts,
        };
        var completed = await S3.CompleteMultipartUploadAsync(completion, Cancelled);
        await RestartAsync();
        Assert.Equal(completed.ETag, (await S3.CompleteMultipartUploadAsync(completion, Cancelled)).ETag);
        var attributes = await S3.GetObjectAttributesAsync(
            new GetObjectAttributesRequest
            {
                BucketName = Bucket,
                Key = "k",
                ObjectAttributes = [ObjectAttributes.ObjectParts, ObjectAttributes.ObjectSize, ObjectAttributes.Checksum],
            },
            Cancelled);
        Assert.Equal(content.Length, attributes.ObjectSize);
        Assert.Equal([PartBytes, 1234], attributes.ObjectParts.Parts.Select(part => (int)part.Size!));
        Assert.Equal(parts.Select(part => part.ChecksumSHA256), attributes.ObjectParts.Parts.Select(part => part.ChecksumSHA256));
        Assert.Equal(completed.ChecksumSHA256, attributes.Checksum.ChecksumSHA256);

        using var second = await S3.GetObjectAsync(
            new GetObjectRequest { BucketName = Bucket, Key = "k", PartNumber = 2, ChecksumMode = ChecksumMode.ENABLED },
            Cancelled);
        Assert.Equal(1234, second.ContentLength);
        Assert.Equal(parts[1].ChecksumSHA256, second.ChecksumSHA256);
    }

    [Fact]
    public async Task A_range_of_a_copy_lies_within_its_source()
    {
        await PutAsync("k", "0123456789");
        var upload = await S3.InitiateMultipartUploadAsync(Bucket, "copy", Cancelled);
        var refused = await RefusedAsync(() => S3.CopyPartAsync(
            new CopyPartRequest
            {
                SourceBucket = Bucket,
                SourceKey = "k",
                DestinationBucket = Bucket,
                DestinationKey = "copy",
                UploadId = upload.UploadId,
                PartNumber = 1,
                FirstByte = 5,
                LastByte = 20,
            },
            Cancelled));
        Assert.Equal("InvalidRange", refused.ErrorCode);
        Assert.Contains("10", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_condition_of_a_deletion_holds_or_nothing_is_deleted()
    {
        var stored = await PutAsync("k", "x");
        var refused = await RefusedAsync(() => S3.DeleteObjectAsync(
            new DeleteObjectRequest { BucketName = Bucket, Key = "k", IfMatch = "\"d41d8cd98f00b204e9800998ecf8427e\"" },
            Cancelled));
        Assert.Equal(HttpStatusCode.PreconditionFailed, refused.StatusCode);
        await S3.DeleteObjectAsync(new DeleteObjectRequest { BucketName = Bucket, Key = "k", IfMatch = stored.ETag }, Cancelled);
        Assert.Equal("NoSuchKey", (await RefusedAsync(() => ReadAsync("k"))).ErrorCode);
    }

    [Fact]
    public async Task Lists_of_who_may_what_are_disabled_and_say_so()
    {
        await PutAsync("k", "x");
        var ofBucket = await S3.GetBucketAclAsync(new GetBucketAclRequest { BucketName = Bucket }, Cancelled);
        Assert.Equal(S3Permission.FULL_CONTROL, Assert.Single(ofBucket.Grants).Permission);
        var ofObject = await S3.GetObjectAclAsync(new GetObjectAclRequest { BucketName = Bucket, Key = "k" }, Cancelled);
        Assert.Equal(ofObject.Owner.Id, Assert.Single(ofObject.Grants).Grantee.CanonicalUser);
        var refused = await RefusedAsync(() => S3.PutObjectAclAsync(
            new PutObjectAclRequest { BucketName = Bucket, Key = "k", ACL = S3CannedACL.PublicRead },
            Cancelled));
        Assert.Equal("AccessControlListNotSupported", refused.ErrorCode);
        var creation = await RefusedAsync(() => S3.PutBucketAsync(
            new PutBucketRequest { BucketName = "public-" + Guid.NewGuid().ToString("N"), CannedACL = S3CannedACL.PublicRead },
            Cancelled));
        Assert.Equal("InvalidBucketAclWithObjectOwnership", creation.ErrorCode);
    }

    [Fact]
    public async Task A_policy_for_everybody_is_refused_where_public_access_is_blocked()
    {
        var policy = $$"""
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::{{Bucket}}/*"}]}
            """;
        await S3.PutBucketPolicyAsync(Bucket, policy, Cancelled);
        var status = await S3.GetBucketPolicyStatusAsync(new GetBucketPolicyStatusRequest { BucketName = Bucket }, Cancelled);
        Assert.True(status.PolicyStatus.IsPublic);
        await S3.PutPublicAccessBlockAsync(
            new PutPublicAccessBlockRequest
            {
                BucketName = Bucket,
                PublicAccessBlockConfiguration = new PublicAccessBlockConfiguration { BlockPublicPolicy = true },
            },
            Cancelled);
        var refused = await RefusedAsync(() => S3.PutBucketPolicyAsync(Bucket, policy, Cancelled));
        Assert.Equal("AccessDenied", refused.ErrorCode);
        Assert.Contains("BlockPublicPolicy", refused.Message, StringComparison.Ordinal);
        await S3.PutBucketPolicyAsync(
            Bucket,
            policy.Replace(
                "\"Resource\"",
                "\"Condition\":{\"IpAddress\":{\"aws:SourceIp\":\"10.0.0.0/8\"}},\"Resource\"",
                StringComparison.Ordinal),
            Cancelled);
    }

    private async Task<List<Tag>> TagsAsync(string key) =>
        (await S3.GetObjectTaggingAsync(new GetObjectTaggingRequest { BucketName = Bucket, Key = key }, Cancelled)).Tagging ?? [];

    private static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
