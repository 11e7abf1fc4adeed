using System.Xml.Linq;
using ImageApp.LocalAws.Http;

namespace ImageApp.LocalAws.Sts;

/// <summary>The one call of STS that tools make before anything else: who am I.</summary>
internal sealed class StsApi(LocalAwsOptions options) : IQueryService
{
    /// <inheritdoc/>
    public string SigningName => "sts";

    /// <inheritdoc/>
    public XNamespace Namespace => "https://sts.amazonaws.com/doc/2011-06-15/";

    /// <inheritdoc/>
    public Task<IEnumerable<XElement>?> ExecuteAsync(QueryRequest request, CancellationToken cancellationToken) => request.Action == "GetCallerIdentity"
        ? Task.FromResult<IEnumerable<XElement>?>(
        [
            new XElement("Arn", $"arn:aws:iam::{options.AccountId}:root"),
            new XElement("UserId", options.AccountId),
            new XElement("Account", options.AccountId),
        ])
        : throw new AwsServiceException("InvalidAction", $"Local STS implements GetCallerIdentity only, not '{request.Action}'.");
}
