using System.Diagnostics;
using System.Globalization;
using System.Net;
using ImageApp.LocalAws.Protocols;
using ImageApp.LocalAws.S3.Store;
using ImageApp.LocalAws.Signing;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ImageApp.LocalAws.S3;

/// <summary>S3: finds a request's operation, asks the bucket's policy, answers CORS, and performs it.</summary>
internal sealed class S3Api(
    S3OperationTable operations,
    S3Store store,
    BucketAuthorization authorization,
    LocalAwsOptions options) : IAwsService
{
    public string SigningName => "s3";

    public string DisplayName => "S3";

    public AwsErrorFormat ErrorFormat => AwsErrorFormat.RestXml;

    public bool BuffersBody => false;

    public async Task HandleAsync(AwsRequest request, CancellationToken cancellationToken)
    {
        var target = RequestTarget.Of(request.HttpContext);
        var address = S3Address.Parse(request.HttpContext.Request.Host.Host, options.Region, target.Path);
        var activity = Activity.Current;
        var s3 = new S3Request(request, address, activity is null ? null : LocalAwsTelemetry.TraceParent(activity.Context));
        if (address.Bucket.Length > 0)
        {
            activity?.SetTag("aws.s3.bucket", address.Bucket);
        }

        if (address.Key.Length > 0)
        {
            activity?.SetTag("aws.s3.key", address.Key);
        }

        if (HttpMethods.IsOptions(s3.Http.Method))
        {
            request.Operation = "Preflight";
            AnswerPreflight(s3);
            return;
        }

        AddCorsHeaders(s3);
        var operation = operations.Find(s3);
        request.Operation = operation.Name;
        RequireOwner(s3, "x-amz-expected-bucket-owner");
        RequireOwner(s3, "x-amz-source-expected-bucket-owner");
        if (operation.ActionOn(s3.VersionId) is { } action)
        {
            authorization.Require(s3, action, s3.Bucket, s3.Key);
        }

        await operation.HandleAsync(s3, cancellationToken);
    }

    // Who expects a bucket of another account must not use this one (S3 User Guide, "Verifying bucket ownership with bucket owner
    // condition").
    private void RequireOwner(S3Request request, string header)
    {
        if (request.Header(header) is { } owner && owner != options.AccountId)
        {
            throw new AwsServiceException(
                "AccessDenied",
                $"Access Denied: {header} is '{owner}', and the bucket belongs to {options.AccountId}.",
                HttpStatusCode.Forbidden);
        }
    }

    private void AnswerPreflight(S3Request request)
    {
        var origin = request.Header(HeaderNames.Origin);
        var method = request.Header(HeaderNames.AccessControlRequestMethod);
        if (origin is null || method is null)
        {
            throw new AwsServiceException(
                "BadRequest",
                "Insufficient information. Origin and Access-Control-Request-Method request headers needed.");
        }

        var headers = (request.Header(HeaderNames.AccessControlRequestHeaders) ?? "").Split(
            ',',
            StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (!TryAddCorsHeaders(request, origin, method, headers))
        {
            throw new AwsServiceException(
                "AccessForbidden",
                $"CORSResponse: This CORS request is not allowed. The bucket's CORS configuration has no rule for origin '{origin}', "
                + $"method '{method}' and headers '{string.Join(", ", headers)}'.",
                HttpStatusCode.Forbidden);
        }

        if (headers.Length > 0)
        {
            request.Response.Headers.AccessControlAllowHeaders = string.Join(", ", headers.Select(header => header.ToLowerInvariant()));
        }
    }

    private void AddCorsHeaders(S3Request request)
    {
        if (request.Header(HeaderNames.Origin) is { } origin)
        {
            TryAddCorsHeaders(request, origin, request.Http.Method, []);
        }
    }

    private bool TryAddCorsHeaders(S3Request request, string origin, string method, IReadOnlyList<string> headers)
    {
        if (store.FindBucket(request.Bucket)?.Cors?.FirstOrDefault(rule => rule.Allows(origin, method, headers)) is not { } rule)
        {
            return false;
        }

        var response = request.Response.Headers;
        var isAny = rule.AllowedOrigins.Contains("*");
        response.AccessControlAllowOrigin = isAny ? "*" : origin;
        response.AccessControlAllowMethods = string.Join(", ", rule.AllowedMethods);
        if (!isAny)
        {
            response.AccessControlAllowCredentials = "true";
        }

        if (rule.ExposeHeaders.Count > 0)
        {
            response.AccessControlExposeHeaders = string.Join(", ", rule.ExposeHeaders);
        }

        if (rule.MaxAgeSeconds is { } age)
        {
            response.AccessControlMaxAge = age.ToString(CultureInfo.InvariantCulture);
        }

        response.Vary = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";
        return true;
    }
}
