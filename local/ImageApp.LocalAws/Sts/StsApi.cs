using System.Xml.Linq;
using ImageApp.LocalAws.Protocols;

namespace ImageApp.LocalAws.Sts;

/// <summary>The one action of STS that tools call to see that credentials work: <c>GetCallerIdentity</c>.</summary>
internal sealed class StsApi(LocalAwsOptions options) : IAwsService
{
    private static readonly XNamespace s_namespace = "https://sts.amazonaws.com/doc/2011-06-15/";

    public string SigningName => "sts";

    public string DisplayName => "STS";

    public AwsErrorFormat ErrorFormat => AwsErrorFormat.Query;

    public Task HandleAsync(AwsRequest request, CancellationToken cancellationToken)
    {
        var action = QueryRequest.Read(request, "ValidationError").Action;
        request.Operation = action;
        if (action != "GetCallerIdentity")
        {
            throw new AwsServiceException("InvalidAction", $"Local STS has no action '{action}'; it has GetCallerIdentity.");
        }

        XElement[] identity =
        [
            new("Arn", $"arn:aws:iam::{options.AccountId}:root"),
            new("UserId", options.AccountId),
            new("Account", options.AccountId),
        ];
        return QueryResponse.WriteAsync(request.HttpContext.Response, s_namespace, action, identity, request.RequestId, cancellationToken);
    }
}
