using ImageApp.LocalAws.Signing;
using Microsoft.AspNetCore.Http;

namespace ImageApp.LocalAws.S3;

/// <summary>A verified request for S3.</summary>
internal sealed record S3Request(HttpContext Http, string Bucket, string Key, string Operation, PayloadSignature Payload, string RequestId)
{
    public CancellationToken Cancelled => Http.RequestAborted;

    public IQueryCollection Query => Http.Request.Query;

    public IHeaderDictionary Headers => Http.Request.Headers;

    public HttpResponse Response => Http.Response;
}
