using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using ImageApp.LocalAws.Http;
using ImageApp.LocalAws.Policies;
using ImageApp.LocalAws.Signing;
using ImageApp.LocalAws.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.S3;

/// <summary>S3's REST API in path style (Amazon S3 API Reference).</summary>
internal sealed partial class S3Api(BucketStore buckets, EventNotifier events, SignatureVerifier signatures, LocalAwsOptions options, LocalAwsTelemetry telemetry, ILogger<S3Api> logger)
{
    private static readonly XNamespace Xml = "http://s3.amazonaws.com/doc/2006-03-01/";
    private const int MaxKeyBytes = 1024;
    private const long MinPartSize = 5 * 1024 * 1024;

    /// <summary>Answers one request.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        var requestId = Guid.NewGuid().ToString("N")[..16].ToUpperInvariant();
        context.Response.Headers["x-amz-request-id"] = requestId;
        context.Response.Headers["x-amz-id-2"] = "local";
        var (bucket, key) = Split(request);
        var operation = Operation(request, bucket, key);
        var parent = request.Headers.TraceParent.ToString() is { Length: > 0 } header ? header : request.Headers["x-amz-meta-traceparent"].ToString();
        using var span = telemetry.Start($"S3 {operation}", ActivityKind.Server, parent);
        span?.SetTag("rpc.system", "aws-api").SetTag("rpc.service", "S3").SetTag("rpc.method", operation).SetTag("aws.s3.bucket", bucket).SetTag("aws.s3.key", key).SetTag("aws.request_id", requestId);
        try
        {
            if (Encoding.UTF8.GetByteCount(key) > MaxKeyBytes)
            {
                throw new AwsServiceException("KeyTooLongError", $"Your key is too long: at most {MaxKeyBytes} bytes of UTF-8 are allowed.");
            }

            AddCorsHeaders(context, bucket);
            if (operation == "Preflight")
            {
                Preflight(context, bucket);
                return;
            }

            var payload = signatures.VerifyS3(request);
            Authorize(operation, bucket, key);
            await DispatchAsync(new S3Request(context, bucket, key, operation, payload, requestId));
        }
        catch (AwsServiceException e)
        {
            AwsRequestHandler.Fail(span, e);
            await WriteErrorAsync(context, e, key.Length > 0 ? $"/{bucket}/{key}" : $"/{bucket}", requestId);
            LogRefused(logger, operation, bucket, key, e.Code, e.Message);
        }
        catch (XmlException e)
        {
            await WriteErrorAsync(context, new AwsServiceException("MalformedXML", $"The XML you provided was not well-formed: {e.Message}"), $"/{bucket}", requestId);
        }
    }

    private static (string Bucket, string Key) Split(HttpRequest request)
    {
        var target = request.HttpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        var path = target.Split('?', 2)[0].TrimStart('/').Split('/', 2);
        return (Uri.UnescapeDataString(path[0]), path.Length > 1 ? Uri.UnescapeDataString(path[1]) : "");
    }

    private static string Operation(HttpRequest request, string bucket, string key)
    {
        var query = request.Query;
        var method = request.Method;
        if (HttpMethods.IsOptions(method))
        {
            return "Preflight";
        }

        if (bucket.Length == 0)
        {
            return HttpMethods.IsGet(method) ? "ListBuckets" : Unknown();
        }

        if (key.Length == 0)
        {
            foreach (var (name, suffix) in BucketDocuments.Names)
            {
                if (query.ContainsKey(name))
                {
                    return method switch { "GET" => "GetBucket" + suffix, "PUT" => "PutBucket" + suffix, "DELETE" => "DeleteBucket" + suffix, _ => Unknown() };
                }
            }

            return method switch
            {
                "GET" when query.ContainsKey("location") => "GetBucketLocation",
                "GET" when query.ContainsKey("uploads") => "ListMultipartUploads",
                "GET" when query.ContainsKey("policyStatus") || query.ContainsKey("acl") || query.ContainsKey("versions") || query.ContainsKey("website") || query.ContainsKey("logging")
                    || query.ContainsKey("replication") || query.ContainsKey("object-lock") || query.ContainsKey("accelerate") || query.ContainsKey("requestPayment") => Unknown(),
                "GET" => query["list-type"] == "2" ? "ListObjectsV2" : "ListObjects",
                "PUT" when query.Count == 0 || query.ContainsKey("x-id") || query.ContainsKey("X-Amz-Signature") => "CreateBucket",
                "HEAD" => "HeadBucket",
                "DELETE" when query.Count == 0 || query.ContainsKey("x-id") => "DeleteBucket",
                "POST" when query.ContainsKey("delete") => "DeleteObjects",
                _ => Unknown(),
            };
        }

        var upload = query.ContainsKey("uploadId");
        var copy = request.Headers.ContainsKey("x-amz-copy-source");
        return method switch
        {
            _ when query.ContainsKey("acl") || query.ContainsKey("tagging") || query.ContainsKey("torrent") || query.ContainsKey("retention") || query.ContainsKey("legal-hold") || query.ContainsKey("restore") || query.ContainsKey("attributes") || query.ContainsKey("select") => Unknown(),
            "GET" when upload => "ListParts",
            "GET" => "GetObject",
            "HEAD" => "HeadObject",
            "PUT" when upload => copy ? "UploadPartCopy" : "UploadPart",
            "PUT" => copy ? "CopyObject" : "PutObject",
            "DELETE" when upload => "AbortMultipartUpload",
            "DELETE" => "DeleteObject",
            "POST" when query.ContainsKey("uploads") => "CreateMultipartUpload",
            "POST" when upload => "CompleteMultipartUpload",
            _ => Unknown(),
        };

        string Unknown() => throw new AwsServiceException(
            "NotImplemented", $"Local AWS does not implement {method} {(key.Length > 0 ? "object" : "bucket")}?{string.Join('&', query.Keys)}.", HttpStatusCode.NotImplemented);
    }

    // The account's own key may do everything in it, unless the bucket's policy denies it. Loopback counts as secure transport.
    private void Authorize(string operation, string bucket, string key)
    {
        if (bucket.Length == 0 || operation is "CreateBucket" || buckets.Buckets.FirstOrDefault(found => found.Name == bucket) is not { Policy: { } policy } found)
        {
            return;
        }

        var action = operation switch
        {
            "HeadObject" or "GetObject" => "s3:GetObject",
            "PutObject" or "CopyObject" or "CreateMultipartUpload" or "UploadPart" or "UploadPartCopy" or "CompleteMultipartUpload" => "s3:PutObject",
            "DeleteObject" or "DeleteObjects" => "s3:DeleteObject",
            "ListObjects" or "ListObjectsV2" or "HeadBucket" => "s3:ListBucket",
            _ => "s3:" + operation,
        };
        var resource = key.Length > 0 ? $"{found.Arn}/{key}" : found.Arn;
        var decision = ResourcePolicy.Evaluate(policy, new PolicyRequest($"arn:aws:iam::{options.AccountId}:root", action, resource, new Dictionary<string, string>
        {
            ["aws:SecureTransport"] = "true",
            ["aws:SourceIp"] = "127.0.0.1",
        }));
        if (decision == PolicyDecision.ExplicitDeny)
        {
            throw new AwsServiceException("AccessDenied", $"User arn:aws:iam::{options.AccountId}:root is not authorized to perform {action} on resource {resource} with an explicit deny in a resource-based policy", HttpStatusCode.Forbidden);
        }
    }

    private Task DispatchAsync(S3Request request) => request.Operation switch
    {
        "ListBuckets" => ListBucketsAsync(request),
        "CreateBucket" => CreateBucketAsync(request),
        "DeleteBucket" => DeleteBucketAsync(request),
        "HeadBucket" => HeadBucketAsync(request),
        "GetBucketLocation" => GetLocationAsync(request),
        "ListObjects" or "ListObjectsV2" => ListObjectsAsync(request),
        "ListMultipartUploads" => ListUploadsAsync(request),
        "DeleteObjects" => DeleteObjectsAsync(request),
        "GetObject" or "HeadObject" => GetObjectAsync(request),
        "PutObject" => PutObjectAsync(request),
        "CopyObject" => CopyObjectAsync(request),
        "DeleteObject" => DeleteObjectAsync(request),
        "CreateMultipartUpload" => CreateUploadAsync(request),
        "UploadPart" or "UploadPartCopy" => UploadPartAsync(request),
        "CompleteMultipartUpload" => CompleteUploadAsync(request),
        "AbortMultipartUpload" => AbortUploadAsync(request),
        "ListParts" => ListPartsAsync(request),
        _ => BucketDocumentAsync(request),
    };

    private static async Task WriteErrorAsync(HttpContext context, AwsServiceException error, string resource, string requestId)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = (int)error.Status;
        if (error.Status == HttpStatusCode.NotModified || HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        await AwsRequestHandler.WriteXmlAsync(context, (int)error.Status, new XElement("Error",
            new XElement("Code", error.Code), new XElement("Message", error.Message), new XElement("Resource", resource), new XElement("RequestId", requestId)));
    }

    private void AddCorsHeaders(HttpContext context, string bucket)
    {
        if (context.Request.Headers.Origin is not [{ } origin] || buckets.Buckets.FirstOrDefault(found => found.Name == bucket) is not { } found
            || found.CorsRules.FirstOrDefault(rule => rule.Allows(origin, context.Request.Method)) is not { } rule)
        {
            return;
        }

        context.Response.Headers.AccessControlAllowOrigin = rule.AllowedOrigins.Contains("*") ? "*" : origin;
        context.Response.Headers.AccessControlExposeHeaders = string.Join(", ", rule.ExposeHeaders);
        context.Response.Headers.Vary = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";
    }

    private void Preflight(HttpContext context, string bucket)
    {
        var origin = context.Request.Headers.Origin.ToString();
        var method = context.Request.Headers.AccessControlRequestMethod.ToString();
        var headers = context.Request.Headers.AccessControlRequestHeaders.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var rule = buckets.Get(bucket).Bucket.CorsRules.FirstOrDefault(rule =>
            rule.Allows(origin, method) && headers.All(header => rule.AllowedHeaders.Any(allowed => Wildcard.Matches(allowed, header, StringComparison.OrdinalIgnoreCase))))
            ?? throw new AwsServiceException("AccessForbidden", $"CORSResponse: no rule of the bucket's CORS configuration allows {method} from {origin} with headers '{string.Join(", ", headers)}'.", HttpStatusCode.Forbidden);
        context.Response.Headers.AccessControlAllowOrigin = rule.AllowedOrigins.Contains("*") ? "*" : origin;
        context.Response.Headers.AccessControlAllowMethods = string.Join(", ", rule.AllowedMethods);
        context.Response.Headers.AccessControlAllowHeaders = string.Join(", ", headers);
        if (rule.MaxAgeSeconds is { } age)
        {
            context.Response.Headers.AccessControlMaxAge = age.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    private async Task<XElement> ReadXmlAsync(S3Request request)
    {
        var content = await ReceiveAsync(request, buckets.Get(request.Bucket));
        var path = Path.Combine(buckets.Get(request.Bucket).DataFolder, content.DataFile);
        try
        {
            await using var file = File.OpenRead(path);
            return await XElement.LoadAsync(file, LoadOptions.None, request.Cancelled);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Writes a body to a file of its own and checks length, hash, signatures and checksums.</summary>
    private static async Task<ReceivedContent> ReceiveAsync(S3Request request, BucketContents contents)
    {
        var headers = request.Http.Request.Headers;
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        using var sha256 = request.Payload.Kind == PayloadKind.Hashed ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        var checksums = headers.Keys.Concat(headers["x-amz-trailer"].SelectMany(names => names!.Split(',', StringSplitOptions.TrimEntries)))
            .Select(Checksum.TryCreate).OfType<Checksum>().DistinctBy(checksum => checksum.Header.ToLowerInvariant()).ToList();
        var file = Guid.NewGuid().ToString("N");
        var path = Path.Combine(contents.DataFolder, file);
        Directory.CreateDirectory(contents.DataFolder);
        long size = 0;
        try
        {
            Dictionary<string, string> trailers = [];
            await using (var output = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous))
            {
                if (request.Payload.IsChunked)
                {
                    var reader = new AwsChunkedReader(request.Http.Request.Body, request.Payload);
                    await reader.CopyToAsync(WriteAsync, request.Cancelled);
                    trailers = reader.Trailers;
                }
                else
                {
                    var buffer = new byte[128 * 1024];
                    int read;
                    while ((read = await request.Http.Request.Body.ReadAsync(buffer, request.Cancelled)) > 0)
                    {
                        await WriteAsync(buffer.AsMemory(0, read));
                    }
                }

                async Task WriteAsync(ReadOnlyMemory<byte> piece)
                {
                    md5.AppendData(piece.Span);
                    sha256?.AppendData(piece.Span);
                    checksums.ForEach(checksum => checksum.Append(piece.Span));
                    size += piece.Length;
                    await output.WriteAsync(piece, request.Cancelled);
                }
            }

            if (headers["x-amz-decoded-content-length"] is [{ } decoded] && decoded != size.ToString(System.Globalization.CultureInfo.InvariantCulture))
            {
                throw new AwsServiceException("IncompleteBody", $"x-amz-decoded-content-length says {decoded} bytes, {size} arrived.");
            }

            if (sha256 is not null && Convert.ToHexStringLower(sha256.GetHashAndReset()) != request.Payload.ContentHash)
            {
                throw new AwsServiceException("XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.");
            }

            var hash = md5.GetHashAndReset();
            if (headers.ContentMD5 is [{ } sent] && sent != Convert.ToBase64String(hash))
            {
                throw new AwsServiceException("BadDigest", "The Content-MD5 you specified did not match what we received.");
            }

            return new ReceivedContent(file, size, Convert.ToHexStringLower(hash), Verified(checksums, headers, trailers));
        }
        catch (Exception e)
        {
            File.Delete(path);
            throw e is Microsoft.AspNetCore.Connections.ConnectionResetException or BadHttpRequestException
                ? new AwsServiceException("IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header.")
                : System.Runtime.ExceptionServices.ExceptionDispatchInfo.SetCurrentStackTrace(e);
        }
        finally
        {
            checksums.ForEach(checksum => checksum.Dispose());
        }
    }

    private static Dictionary<string, string> Verified(List<Checksum> checksums, IHeaderDictionary headers, Dictionary<string, string> trailers)
    {
        var verified = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var checksum in checksums)
        {
            var sent = headers[checksum.Header] is [{ } inHeader] ? inHeader : trailers.GetValueOrDefault(checksum.Header);
            var computed = checksum.Finish();
            if (sent is null || sent != computed)
            {
                throw new AwsServiceException("BadDigest", $"The {checksum.Header} you specified ({sent ?? "none arrived"}) did not match the calculated checksum {computed}.");
            }

            verified[checksum.Header.ToLowerInvariant()] = computed;
        }

        return verified;
    }

    private static Task WriteAsync(S3Request request, XElement root, int status = 200)
    {
        return AwsRequestHandler.WriteXmlAsync(request.Http, status, Qualify(root));

        static XElement Qualify(XElement element) =>
            new(Xml + element.Name.LocalName, element.Attributes(), element.Nodes().Select(node => node is XElement child ? Qualify(child) : node));
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "S3 {Operation} {Bucket}/{Key} refused: {Code}: {Reason}")]
    private static partial void LogRefused(ILogger logger, string operation, string bucket, string key, string code, string reason);
}
