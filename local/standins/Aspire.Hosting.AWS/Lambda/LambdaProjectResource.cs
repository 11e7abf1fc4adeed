using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.AWS.Lambda;

/// <summary>A Lambda function.</summary>
public class LambdaProjectResource(string name) : ProjectResource(name);
