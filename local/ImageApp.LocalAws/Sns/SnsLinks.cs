using System.Net;
using ImageApp.LocalAws.Protocols;
using Microsoft.AspNetCore.Http;

namespace ImageApp.LocalAws.Sns;

/// <summary>
/// The links in SNS's messages, which work without credentials: the signing certificate, and the two actions whose proof is the token or
/// ARN in the link.
/// </summary>
internal sealed class SnsLinks(SnsApi api, SigningKey key) : IUnsignedEndpoint
{
    /// <summary>
    /// The path of links to actions. AWS has them at the root of a host of their own; here that is S3's, and no bucket starts with an
    /// underscore.
    /// </summary>
    public const string ActionPath = "/_sns";

    public bool Handles(PathString path) => path == ActionPath || key.IsCertificate(path.Value ?? "");

    public bool OpensInBrowsers => true;

    public async Task HandleAsync(HttpContext context)
    {
        if (context.Request.Path != ActionPath)
        {
            context.Response.ContentType = "application/x-pem-file";
            await context.Response.WriteAsync(key.CertificatePem, context.RequestAborted);
            return;
        }

        var requestId = Guid.NewGuid().ToString();
        try
        {
            var request = new QueryRequest(
                context.Request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToString()),
                SnsErrors.InvalidParameter);
            if (request["Action"] is not ("ConfirmSubscription" or "Unsubscribe"))
            {
                throw new AwsServiceException(
                    "MissingAuthenticationToken",
                    $"The action '{request["Action"]}' must be signed; without a signature only ConfirmSubscription and Unsubscribe are "
                    + "allowed.",
                    HttpStatusCode.Forbidden);
            }

            var result = await api.PerformAsync(request, isAuthenticated: false, context.RequestAborted);
            await QueryResponse.WriteAsync(context.Response, SnsApi.Namespace, request.Action, result, requestId, context.RequestAborted);
        }
        catch (AwsServiceException failure)
        {
            await AwsErrorWriter.WriteAsync(context, AwsErrorFormat.Query, failure, requestId, ActionPath, context.RequestAborted);
        }
    }
}
