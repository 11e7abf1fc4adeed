namespace Aspire.Hosting.ApplicationModel;

/// <summary>A part of the application: a project, an executable, a stack, a parameter.</summary>
public interface IResource
{
    /// <summary>The name, unique in the application.</summary>
    string Name { get; }

    /// <summary>What was said of it.</summary>
    ResourceAnnotationCollection Annotations { get; }
}
