namespace Aspire.Hosting.AWS.CloudFormation;

/// <summary>A stack that is made of a template.</summary>
public interface ICloudFormationTemplateResource : ICloudFormationResource
{
    /// <summary>The template's file.</summary>
    string TemplatePath { get; }

    /// <summary>Sets a parameter of the template.</summary>
    ICloudFormationTemplateResource AddParameter(string parameterName, string parameterValue);
}
