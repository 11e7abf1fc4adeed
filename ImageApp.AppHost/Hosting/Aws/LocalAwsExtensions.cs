using System.Globalization;
using Aspire.Hosting.AWS;
using Aspire.Hosting.AWS.Lambda;
using ImageApp.AppHost.Hosting.Aws.Accounts;
using ImageApp.AppHost.Hosting.Start;
using ImageApp.LocalAws;
using ImageApp.LocalAws.Lambda;
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
    private static readonly string[] OnItsWay = [KnownResourceStates.NotStarted, KnownResourceStates.Waiting, KnownResourceStates.Starting];

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
        var functions = started.Model.Resources.OfType<LambdaProjectResource>().ToList();
        foreach (var function in functions)
        {
            options.Functions.Add(
                new FunctionRegistration(function.Name)
                {
                    MemorySize = MemorySize,
                    Timeout = FunctionTimeout,
                    RestartAsync = stopping => StartAgainAsync(function, notifications, commands, stopping),
                    StateChanged = state => _ = ShowAsync(function, state, notifications),
                }
            );
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

    // What is on its way up is left alone: it may wait for the database.
    private static async Task StartAgainAsync(
        LambdaProjectResource function,
        ResourceNotificationService notifications,
        ResourceCommandService commands,
        CancellationToken cancellationToken
    )
    {
        var state = notifications.TryGetCurrentState(function.Name, out var current) ? current.Snapshot.State?.Text : null;
        if (state is null || OnItsWay.Contains(state))
        {
            return;
        }

        var hasEnded = KnownResourceStates.TerminalStates.Contains(state);
        var command = hasEnded ? KnownResourceCommands.StartCommand : KnownResourceCommands.RestartCommand;
        var result = await commands.ExecuteCommandAsync(function, command, cancellationToken);
        if (!result.Success && !result.Canceled)
        {
            throw new InvalidOperationException($"{function.Name} could not be started: {result.Message}");
        }
    }

    // The orchestrator tells of processes; whether anybody polls is known here alone.
    private static Task ShowAsync(LambdaProjectResource function, FunctionState state, ResourceNotificationService notifications)
    {
        if (Describe(state) is not { } shown || !notifications.TryGetCurrentState(function.Name, out var current))
        {
            return Task.CompletedTask;
        }

        return notifications.PublishUpdateAsync(
            function,
            current.ResourceId,
            snapshot => snapshot.State?.Text == shown.Text ? snapshot : snapshot with { State = shown }
        );
    }

    private static ResourceStateSnapshot? Describe(FunctionState state) =>
        state switch
        {
            { Status: FunctionStatus.Active } => new ResourceStateSnapshot(KnownResourceStates.Running, KnownResourceStateStyles.Success),
            { Status: FunctionStatus.Failed, NextAttemptAt: { } next } => new ResourceStateSnapshot(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Does not poll after {state.Attempts} starts; next at {next.LocalDateTime:HH:mm:ss}"
                ),
                KnownResourceStateStyles.Error
            ),
            { Status: FunctionStatus.Failed } => new ResourceStateSnapshot(state.Reason ?? "Does not poll", KnownResourceStateStyles.Error),
            _ => null,
        };

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
