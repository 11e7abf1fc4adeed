using System.Xml.Linq;
using ImageApp.LocalAws.Sns;

namespace ImageApp.LocalAws.Sts;

/// <summary>The one action of STS that tools call to see that credentials work: <c>GetCallerIdentity</c>.</summary>
internal sealed class StsQueryProtocol(LocalAwsOptions options) : IAwsService
{
    private static readonly XNamespace s_namespace = "https://sts.amazonaws.com/doc/2011-06-15/";

    public string SigningName => "sts";

    public string DisplayName => "STS";

    public AwsErrorFormat ErrorFormat => AwsErrorFormat.Query;

    public Task HandleAsync(AwsRequest request, CancellationToken cancellationToken)
    {
        var action = request.ReadQueryParameters().GetValueOrDefault("Action");
        request.Operation = action;
        if (action != "GetCallerIdentity")
        {
            throw new AwsServiceException("InvalidAction", $"Local STS has no action '{action}'; it has GetCallerIdentity.");
        }

        XElement[] identity =
        [
            new XElement(s_namespace + "Arn", $"arn:aws:iam::{options.AccountId}:root"),
            new XElement(s_namespace + "UserId", options.AccountId),
            new XElement(s_namespace + "Account", options.AccountId),
        ];
        return QueryResponse.WriteAsync(request.HttpContext, s_namespace, action, identity, request.RequestId);
    }
}
