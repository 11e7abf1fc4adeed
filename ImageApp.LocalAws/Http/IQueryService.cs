using System.Xml.Linq;

namespace ImageApp.LocalAws.Http;

/// <summary>A service that speaks the AWS Query protocol: form in, XML out.</summary>
internal interface IQueryService
{
    /// <summary>The service's name in credential scopes, for example <c>sns</c>.</summary>
    string SigningName { get; }

    /// <summary>The namespace of its XML.</summary>
    XNamespace Namespace { get; }

    /// <summary>Carries out one action.</summary>
    /// <returns>The content of the action's result element; null where the action has none.</returns>
    /// <exception cref="AwsServiceException">The action failed.</exception>
    Task<IEnumerable<XElement>?> ExecuteAsync(QueryRequest request, CancellationToken cancellationToken);
}
