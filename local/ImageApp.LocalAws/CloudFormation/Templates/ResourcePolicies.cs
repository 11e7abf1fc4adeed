namespace ImageApp.LocalAws.CloudFormation.Templates;

/// <summary>What becomes of a resource that the stack no longer needs (the attributes <c>DeletionPolicy</c> and <c>UpdateReplacePolicy</c>).</summary>
internal static class ResourcePolicies
{
    public const string Delete = "Delete";

    public const string Retain = "Retain";

    /// <summary>As <see cref="Retain"/>, except where the operation that created the resource is rolled back.</summary>
    public const string RetainExceptOnCreate = "RetainExceptOnCreate";
}
