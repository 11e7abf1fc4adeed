using System.Collections.ObjectModel;

namespace Aspire.Hosting.ApplicationModel;

/// <inheritdoc cref="IResourceCollection"/>
public sealed class ResourceCollection : Collection<IResource>, IResourceCollection;
