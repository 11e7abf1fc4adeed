using Aspire.Hosting.AWS.CloudFormation;
using Aspire.Hosting.AWS.Lambda;
using ImageApp.AppHost.Hosting.Start;

namespace ImageApp.AppHost.Hosting.Functions;

/// <summary>How functions appear in the dashboard.</summary>
internal static class FunctionExtensions
{
    /// <summary>Shows a function below the stack whose topic invokes it, not below an emulator that is not there.</summary>
    public static IResourceBuilder<LambdaProjectResource> AsFunctionOf(
        this IResourceBuilder<LambdaProjectResource> function,
        IResourceBuilder<ICloudFormationTemplateResource> stack,
        string icon
    )
    {
        foreach (
            var relation in function
                .Resource.Annotations.OfType<ResourceRelationshipAnnotation>()
                .Where(relation => relation.Type == "Parent")
                .ToList()
        )
        {
            function.Resource.Annotations.Remove(relation);
        }

        return function.AsBuilt().WithParentRelationship(stack).WithIconName(icon);
    }
}
