namespace ImageApp.LocalAws.CloudFormation.Templates;

/// <summary>What a <see cref="TemplateReference"/> mentions.</summary>
internal enum TemplateReferenceKind
{
    /// <summary>A parameter, a pseudo parameter or a resource, as <c>Ref</c> does.</summary>
    Value,

    /// <summary>A resource's attribute.</summary>
    Attribute,

    /// <summary>A condition.</summary>
    Condition,

    /// <summary>A mapping.</summary>
    Mapping,
}
