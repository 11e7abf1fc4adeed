namespace Aspire.Hosting.ApplicationModel;

#pragma warning disable CA1040 // a marker, as in the package

/// <summary>Something said of a resource.</summary>
public interface IResourceAnnotation;
