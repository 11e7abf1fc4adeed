namespace Aspire.Hosting;

/// <summary>The application's name.</summary>
internal sealed record AppHostIdentity(string Name);
