namespace Aspire.Hosting.ApplicationModel;

/// <summary>What to do where an annotation of the same type is there already.</summary>
public enum ResourceAnnotationMutationBehavior
{
    /// <summary>Keep both.</summary>
    Append,

    /// <summary>Keep the new one.</summary>
    Replace,
}
