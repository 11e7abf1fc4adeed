using System.Text;
using System.Xml.Linq;
using ImageApp.LocalAws.S3.Configuration;
using ImageApp.LocalAws.S3.Store;
using ImageApp.LocalAws.Signing;
using Microsoft.AspNetCore.Http;

namespace ImageApp.LocalAws.S3;

/// <summary>Uploads by an HTML form whose policy was signed in advance (S3 API Reference, "POST Object").</summary>
internal sealed class PostObjectOperations(
    S3Store store,
    ObjectOperations objects,
    BucketAuthorization authorization,
    SignatureVerifier verifier,
    LegacySignatureVerifier legacyVerifier,
    TimeProvider time)
{
    public async Task PostAsync(S3Request request, CancellationToken cancellationToken)
    {
        store.GetBucket(request.Bucket);
        var boundary = request.FormBoundary ?? throw new AwsServiceException(
            "PreconditionFailed",
            "Bucket POST must be of the enclosure-type multipart/form-data",
            System.Net.HttpStatusCode.PreconditionFailed);
        var form = await PostForm.ReadAsync(request.Http.Body, boundary, cancellationToken);
        var key = form.Key;
        if (Encoding.UTF8.GetByteCount(key) > S3Address.MaximumKeyBytes)
        {
            throw S3Errors.KeyTooLong(key);
        }

        var (policy, signature) = Authenticate(form);
        policy?.Require(form, request.Bucket, key, time.GetUtcNow());
        var upload = request.AsForm(form, key, signature);
        authorization.Require(upload, "s3:PutObject", request.Bucket, key);
        ObjectRequestHeaders.RefuseUnsupported(upload);
        var draft = ObjectRequestHeaders.Draft(upload, store.GetBucket(request.Bucket), time.GetUtcNow());
        if (form.Field("tagging") is { } tagging)
        {
            draft = draft with
            {
                Tags = TagSet.Parse(S3Xml.Parse(Encoding.UTF8.GetBytes(tagging), "Tagging"), TagSet.MaximumOfObject),
            };
        }

        await using var file = new PostFileStream(
            form.File,
            policy?.MinimumBytes ?? 0,
            policy?.MaximumBytes ?? ObjectOperations.MaximumPutBytes);
        var stored = await objects.StoreAsync(
            upload,
            draft,
            file,
            BodyIntegrity.Of(upload),
            new WriteCondition(null, null),
            "ObjectCreated:Post",
            cancellationToken);
        ObjectOperations.AddChecksum(request, stored.Checksum);
        await AnswerAsync(upload, form, stored, cancellationToken);
    }

    private (PostPolicy? Policy, RequestSignature? Signature) Authenticate(PostForm form)
    {
        if (form.Field("policy") is not { } policy)
        {
            return form.Field("x-amz-signature") is null && form.Field("signature") is null
                ? (null, null)
                : throw S3Errors.InvalidArgument("Bucket POST must contain a field named 'policy' where it has a signature.");
        }

        var signature = form.Field("x-amz-algorithm") is null
            ? legacyVerifier.VerifyPolicy(form.Required("AWSAccessKeyId"), form.Required("signature"), policy)
            : verifier.VerifyPolicy(
                form.Required("x-amz-credential"),
                form.Required("x-amz-date"),
                form.Required("x-amz-signature"),
                policy);
        return (PostPolicy.Parse(policy), signature);
    }

    private static async Task AnswerAsync(S3Request request, PostForm form, StoredObject stored, CancellationToken cancellationToken)
    {
        var path = $"{request.Bucket}/{PercentEncoding.Encode(stored.Key, keepSlash: true)}";
        var location = $"{request.Http.Scheme}://{request.Http.Host}/{path}";
        request.Response.Headers.Location = location;
        var redirect = form.Field("success_action_redirect") ?? form.Field("redirect");
        if (redirect is not null && Uri.TryCreate(redirect, UriKind.Absolute, out var target) && target.Scheme is "http" or "https")
        {
            var separator = target.Query.Length > 0 ? '&' : '?';
            request.Response.StatusCode = StatusCodes.Status303SeeOther;
            request.Response.Headers.Location =
                $"{target.AbsoluteUri}{separator}bucket={PercentEncoding.Encode(request.Bucket)}&key={PercentEncoding.Encode(stored.Key)}"
                + $"&etag={PercentEncoding.Encode(stored.QuotedETag)}";
            return;
        }

        request.Response.StatusCode = form.Field("success_action_status") switch
        {
            "200" => StatusCodes.Status200OK,
            "201" => StatusCodes.Status201Created,
            _ => StatusCodes.Status204NoContent,
        };
        if (request.Response.StatusCode == StatusCodes.Status201Created)
        {
            await request.WriteXmlAsync(
                new XElement(
                    "PostResponse",
                    new XElement("Location", location),
                    new XElement("Bucket", request.Bucket),
                    new XElement("Key", stored.Key),
                    new XElement("ETag", stored.QuotedETag)),
                cancellationToken);
        }
    }
}
