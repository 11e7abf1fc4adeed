namespace Aspire.Hosting.AWS.CloudFormation;

/// <summary>A stack that is made of a template.</summary>
public interface ICloudFormationTemplateResource : ICloudFormationResource
{
    /// <summary>The template's file.</summary>
    string TemplatePath { get; }

    /// <summary>The template's parameters.</summary>
    IDictionary<string, string> CloudFormationParameters { get; }
}
