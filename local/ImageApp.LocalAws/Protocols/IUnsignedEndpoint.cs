using Microsoft.AspNetCore.Http;

namespace ImageApp.LocalAws.Protocols;

/// <summary>Paths that AWS serves without a signature, such as Lambda's Runtime API.</summary>
internal interface IUnsignedEndpoint
{
    /// <summary>Whether the path is one of this endpoint's.</summary>
    bool Handles(PathString path);

    /// <summary>Whether a person may open its addresses in a browser; no page may ever ask for them.</summary>
    bool OpensInBrowsers { get; }

    /// <summary>Answers a request, errors included.</summary>
    Task HandleAsync(HttpContext context);
}
