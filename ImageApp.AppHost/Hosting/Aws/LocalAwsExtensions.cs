using Aspire.Hosting.AWS;
using Aspire.Hosting.AWS.Lambda;
using Aspire.Hosting.Eventing;
using ImageApp.AppHost.Hosting.Aws.Accounts;
using ImageApp.AppHost.Hosting.Functions;
using ImageApp.AppHost.Hosting.Start;
using ImageApp.LocalAws;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImageApp.AppHost.Hosting.Aws;

/// <summary>Adds local AWS to an application.</summary>
internal static class LocalAwsExtensions
{
    private const int MemorySize = 512;
    private static readonly TimeSpan FunctionTimeout = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Starts local AWS before anything is provisioned, shows it as resource <c>aws</c>, points every project and the AppHost's own SDK at
    /// it,
    /// and takes the place of the Lambda emulator: functions poll local AWS. Settings: configuration section <c>LocalAws</c>. With an
    /// account of the developer's own only the last is
    /// done: everything else is in the account.
    /// </summary>
    public static IResourceBuilder<LocalAwsResource> AddLocalAws(
        this IDistributedApplicationBuilder builder,
        string name,
        IAWSSDKConfig config,
        DeveloperAccount? account
    )
    {
        // Functions are told to poll the emulator's address, which will be that of local AWS.
        builder.AddAWSLambdaServiceEmulator(new LambdaEmulatorOptions { DisableAutoInstall = true, DisableHttpsEndpoint = true });
        var resource = new LocalAwsResource(name);
        var options = builder.Configuration.GetSection("LocalAws").Get<LocalAwsOptions>() ?? new LocalAwsOptions();
        options.DataDirectory = StateFolder.Of(builder, "LocalAws:DataDirectory", "aws");
        options.Region = config.Region?.SystemName ?? options.Region;
        options.TakesOverKeptBuckets = true;
        options.RedrivesToFunctions = true;

        builder.Eventing.Subscribe<BeforeStartEvent>(
            (@event, cancellationToken) => StartAsync(resource, options, account is null, builder.Configuration, @event, cancellationToken)
        );
        return builder
            .AddResource(resource)
            .WithIconName("Cloud")
            .WithInitialState(
                new CustomResourceSnapshot
                {
                    ResourceType = "LocalAws",
                    Properties = [],
                    State = KnownResourceStates.Starting,
                }
            );
    }

    private static async Task StartAsync(
        LocalAwsResource resource,
        LocalAwsOptions options,
        bool forEverything,
        IConfiguration configuration,
        BeforeStartEvent started,
        CancellationToken cancellationToken
    )
    {
        var services = started.Services;
        var notifications = services.GetRequiredService<ResourceNotificationService>();
        var commands = services.GetRequiredService<ResourceCommandService>();
        var loggers = services.GetRequiredService<ResourceLoggerService>();
        var stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        var functions = started.Model.Resources.OfType<LambdaProjectResource>().ToList();
        var maximumStarts = configuration.GetValue("LocalAws:MaximumStarts", 8);
        foreach (var function in functions)
        {
            var process = new FunctionProcess(function, notifications, commands, loggers);
            options.Functions.Add(process.Register(MemorySize, FunctionTimeout, maximumStarts));
            services
                .GetRequiredService<IDistributedApplicationEventing>()
                .Subscribe<BeforeResourceStartedEvent>(
                    function,
                    (_, _) =>
                    {
                        process.Starts();
                        return Task.CompletedTask;
                    }
                );
            _ = process.WatchAsync(stopping);
        }

        var server = await StartServerAsync(resource, options, configuration, services, cancellationToken);
        services
            .GetRequiredService<IHostApplicationLifetime>()
            .ApplicationStopped.Register(() => server.DisposeAsync().AsTask().GetAwaiter().GetResult());

        resource.Functions = [.. functions.Select(function => function.Name)];
        resource.Started(server);
        if (forEverything)
        {
            UseForEverything(started.Model, Variables(server.Endpoint, options));
        }

        ReplaceEmulator(started.Model, server.Endpoint);
        foreach (var function in functions)
        {
            // After the package's own, which has no secret.
            var runtimeApi = server.RuntimeApiOf(function.Name);
            function.Annotations.Add(
                new EnvironmentCallbackAnnotation(context =>
                {
                    // Asked at each start, so that what UpdateFunctionConfiguration set since the last one holds.
                    foreach (var (variable, value) in server.EnvironmentOf(function.Name))
                    {
                        context.EnvironmentVariables[variable] = value;
                    }

                    context.EnvironmentVariables["AWS_LAMBDA_RUNTIME_API"] = runtimeApi;
                })
            );
        }

        await notifications.PublishUpdateAsync(
            resource,
            state =>
                state with
                {
                    State = new ResourceStateSnapshot(KnownResourceStates.Running, KnownResourceStateStyles.Success),
                    StartTimeStamp = DateTime.UtcNow,
                    Urls = [new UrlSnapshot("endpoint", server.Endpoint.ToString(), IsInternal: false)],
                    Properties =
                    [
                        new ResourcePropertySnapshot("aws.region", options.Region),
                        new ResourcePropertySnapshot("aws.data", options.DataDirectory),
                    ],
                }
        );
    }

    private static async Task<LocalAwsServer> StartServerAsync(
        LocalAwsResource resource,
        LocalAwsOptions options,
        IConfiguration configuration,
        IServiceProvider services,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await LocalAwsServer.StartAsync(
                options,
                aws =>
                {
                    aws.Logging.ClearProviders();
                    aws.Logging.Services.AddSingleton<ILoggerProvider>(
                        new ResourceLoggerProvider(services.GetRequiredService<ResourceLoggerService>().GetLogger(resource))
                    );
                    TelemetryForwarding.Configure(aws.Configuration, configuration);
                },
                cancellationToken
            );
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            throw new DistributedApplicationException($"Local AWS could not be started: {e.Message}", e);
        }
    }

    private static void UseForEverything(DistributedApplicationModel model, Dictionary<string, string> variables)
    {
        // The provisioner's SDK clients run in this process.
        foreach (var (name, value) in variables)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        foreach (var project in model.Resources.OfType<ProjectResource>())
        {
            project.Annotations.Add(
                new EnvironmentCallbackAnnotation(context =>
                {
                    foreach (var (name, value) in variables)
                    {
                        context.EnvironmentVariables[name] = value;
                    }
                })
            );
        }
    }

    // The emulator's endpoint is what functions are told to poll; the emulator itself is not needed.
    private static void ReplaceEmulator(DistributedApplicationModel model, Uri endpoint)
    {
        foreach (var emulator in model.Resources.OfType<LambdaEmulatorResource>().ToList())
        {
            foreach (var annotation in emulator.Annotations.OfType<EndpointAnnotation>())
            {
                annotation.AllocatedEndpoint = new AllocatedEndpoint(annotation, "localhost", endpoint.Port);
            }

            model.Resources.Remove(emulator);
            foreach (var resource in model.Resources)
            {
                foreach (
                    var relation in resource
                        .Annotations.OfType<ResourceRelationshipAnnotation>()
                        .Where(relation => relation.Resource == emulator)
                        .ToList()
                )
                {
                    resource.Annotations.Remove(relation);
                }
            }
        }
    }

    private static Dictionary<string, string> Variables(Uri endpoint, LocalAwsOptions options) =>
        new()
        {
            ["AWS_ENDPOINT_URL"] = endpoint.ToString().TrimEnd('/'),
            ["AWS_ACCESS_KEY_ID"] = options.AccessKeyId,
            ["AWS_SECRET_ACCESS_KEY"] = options.SecretAccessKey,
            ["AWS_REGION"] = options.Region,
        };
}
