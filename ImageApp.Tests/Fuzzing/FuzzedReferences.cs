using ImageApp.LocalAws.CloudFormation.Templates;

namespace ImageApp.Tests.Fuzzing;

/// <summary>Resources of a stack that is never made.</summary>
internal sealed class FuzzedReferences : IResourceReferences
{
    public string Ref(string logicalId) => "ref-" + logicalId;

    public string GetAtt(string logicalId, string attribute) => $"att-{logicalId}-{attribute}";

    public string Import(string exportName) => "import-" + exportName;
}
