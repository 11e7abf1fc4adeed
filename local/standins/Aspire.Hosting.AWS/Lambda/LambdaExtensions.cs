using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.AWS.Lambda;

namespace Aspire.Hosting;

/// <summary>Adds Lambda functions.</summary>
public static class LambdaExtensions
{
    /// <summary>Adds a function whose project is an executable that polls the Runtime API.</summary>
    public static IResourceBuilder<LambdaProjectResource> AddAWSLambdaFunction<TLambdaProject>(
        this IDistributedApplicationBuilder builder,
        string name,
        string lambdaHandler
    )
        where TLambdaProject : IProjectMetadata, new()
    {
        var emulator =
            builder.Resources.OfType<LambdaEmulatorResource>().FirstOrDefault() ?? builder.AddAWSLambdaServiceEmulator().Resource;
        return builder
            .AddResource(new LambdaProjectResource(name))
            .WithAnnotation<IProjectMetadata>(new TLambdaProject())
            .WithParentRelationship(emulator)
            .WithOtlpExporter()
            .WithEnvironment(context =>
            {
                var runtime = emulator.GetEndpoint("http");
                context.EnvironmentVariables["AWS_EXECUTION_ENV"] = "aspire.hosting.aws";
                context.EnvironmentVariables["AWS_LAMBDA_RUNTIME_API"] = $"{runtime.Host}:{runtime.Port}/{name}";
                context.EnvironmentVariables["AWS_LAMBDA_FUNCTION_NAME"] = name;
                context.EnvironmentVariables["_HANDLER"] = lambdaHandler;
            });
    }

    /// <summary>Adds the Lambda test tool with options of one's own; without it the first function adds it.</summary>
    /// <exception cref="InvalidOperationException">There is one already.</exception>
    public static IResourceBuilder<LambdaEmulatorResource> AddAWSLambdaServiceEmulator(
        this IDistributedApplicationBuilder builder,
        LambdaEmulatorOptions? options = null
    )
    {
        _ = options;
        if (builder.Resources.OfType<LambdaEmulatorResource>().Any())
        {
            throw new InvalidOperationException("A Lambda service emulator has already been added.");
        }

        return builder
            .AddResource(new LambdaEmulatorResource("LambdaServiceEmulator"))
            .ExcludeFromManifest()
            .WithArgs("lambda-test-tool", "start", "--no-launch-window")
            .WithAnnotation(new EndpointAnnotation(ProtocolType.Tcp, uriScheme: "http"))
            .WithEnvironment(context =>
                context.EnvironmentVariables["LAMBDA_RUNTIME_API_PORT"] = ((LambdaEmulatorResource)context.Resource)
                    .GetEndpoint("http")
                    .Property(EndpointProperty.TargetPort)
            );
    }
}
