using Microsoft.AspNetCore.Http;

namespace ImageApp.LocalAws.Sns;

/// <summary>
/// The links in SNS's messages, which work without credentials: the signing certificate, and the two actions whose proof is the token or
/// ARN in the link.
/// </summary>
internal sealed class SnsLinks(SnsApi api, SigningKey key) : IUnsignedEndpoint
{
    /// <summary>The path of links to actions. AWS has them at the root of a host of their own; here that is S3's, and no bucket starts with an underscore.</summary>
    public const string ActionPath = "/_sns";

    public bool Handles(PathString path) => path == ActionPath || path == "/" + key.CertificateFileName;

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
            var parameters = context.Request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
            var action = parameters.GetValueOrDefault("Action", "");
            if (action is not ("ConfirmSubscription" or "Unsubscribe"))
            {
                throw new AwsServiceException("MissingAuthenticationToken", $"The action '{action}' must be signed; without a signature only ConfirmSubscription and Unsubscribe are allowed.", System.Net.HttpStatusCode.Forbidden);
            }

            var result = await api.HandleAsync(action, parameters, context.RequestAborted);
            await QueryResponse.WriteAsync(context, SnsApi.Namespace, action, result, requestId);
        }
        catch (AwsServiceException failure)
        {
            await QueryResponse.WriteErrorAsync(context, SnsApi.Namespace, failure, requestId);
        }
    }
}
