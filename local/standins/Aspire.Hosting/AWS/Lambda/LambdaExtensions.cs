using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.AWS.Lambda;

namespace Aspire.Hosting;

/// <summary>Adds Lambda functions.</summary>
public static class LambdaExtensions
{
    /// <summary>Adds a function whose project is an executable that polls the Runtime API.</summary>
    public static IResourceBuilder<LambdaProjectResource> AddAWSLambdaFunction<TLambdaProject>(this IDistributedApplicationBuilder builder, string name, string lambdaHandler)
        where TLambdaProject : IProjectMetadata, new()
    {
        var emulator = builder.Resources.OfType<LambdaEmulatorResource>().FirstOrDefault() ?? AddEmulator(builder);
        return builder.AddResource(new LambdaProjectResource(name))
            .WithAnnotation<IProjectMetadata>(new TLambdaProject())
            .WithProjectDefaults()
            .WithParentRelationship(emulator)
            .WithEnvironment(context =>
            {
                var runtime = emulator.GetEndpoint("http");
                context.EnvironmentVariables["AWS_EXECUTION_ENV"] = "aspire.hosting.aws";
                context.EnvironmentVariables["AWS_LAMBDA_RUNTIME_API"] = $"{runtime.Host}:{runtime.Port}/{name}";
                context.EnvironmentVariables["AWS_LAMBDA_FUNCTION_NAME"] = name;
                context.EnvironmentVariables["_HANDLER"] = lambdaHandler;
            });
    }

    private static LambdaEmulatorResource AddEmulator(IDistributedApplicationBuilder builder) => builder.AddResource(new LambdaEmulatorResource("LambdaServiceEmulator"))
        .WithArgs("lambda-test-tool", "start", "--no-launch-window")
        .WithAnnotation(new EndpointAnnotation(ProtocolType.Tcp, uriScheme: "http"))
        .WithEnvironment(context => context.EnvironmentVariables["LAMBDA_RUNTIME_API_PORT"] = ((LambdaEmulatorResource)context.Resource).GetEndpoint("http").Property(EndpointProperty.TargetPort))
        .Resource;
}
