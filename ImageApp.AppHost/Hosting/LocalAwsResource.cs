namespace ImageApp.AppHost.Hosting;

/// <summary>Local AWS: runs in the AppHost's own process, since the stack is made before any other process starts.</summary>
internal sealed class LocalAwsResource(string name) : Resource(name);
