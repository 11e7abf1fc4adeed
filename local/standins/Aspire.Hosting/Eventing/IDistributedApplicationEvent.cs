namespace Aspire.Hosting.Eventing;

#pragma warning disable CA1040 // a marker, as in the package

/// <summary>Something that happens to the application.</summary>
public interface IDistributedApplicationEvent;
