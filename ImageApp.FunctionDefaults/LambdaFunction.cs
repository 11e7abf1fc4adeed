using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Amazon.Lambda.RuntimeSupport;
using Amazon.Lambda.Serialization.SystemTextJson;
using Amazon.Lambda.SNSEvents;
using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MySqlConnector;

namespace ImageApp.FunctionDefaults;

/// <summary>A Lambda function around one step: its whole <c>Program.cs</c>.</summary>
public static class LambdaFunction
{
    /// <summary>Runs the function until it is asked to end.</summary>
    /// <param name="args">The program's arguments: settings, for example <c>--ImageLimits:MaxSide 10000</c>.</param>
    /// <exception cref="ArgumentException">A setting is missing or not valid; the message names it.</exception>
    public static Task RunAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TStep>(string[] args)
        where TStep : class, IImageStep => RunAsync<TStep>(args, (_, _) => Task.CompletedTask);

    /// <summary>Runs the function until it is asked to end.</summary>
    /// <param name="args">The program's arguments: settings, for example <c>--ImageLimits:MaxSide 10000</c>.</param>
    /// <param name="configure">Adds what the step needs beyond bucket, catalogue and limits.</param>
    /// <exception cref="ArgumentException">A setting is missing or not valid; the message names it.</exception>
    public static async Task RunAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TStep>(
        string[] args, Func<IServiceCollection, IConfiguration, Task> configure)
        where TStep : class, IImageStep
    {
        // What signs requests takes as long to load as all that is set up below.
        var cryptography = Task.Run(() => SHA256.HashData([]));
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args).Build();
        var services = new ServiceCollection();
        FunctionTelemetry.Add(services, configuration);
        AddProcessing(services, configuration);
        services.AddSingleton<IImageStep, TStep>();
        await configure(services, configuration);

        await using var provider = services.BuildServiceProvider();
        using var stop = new StopSignal();
        var handler = provider.GetRequiredService<FunctionHandler>();
        var step = provider.GetRequiredService<IImageStep>();
        using var runtime = new HttpClient(new LastAnswer(step, stop)) { Timeout = Timeout.InfiniteTimeSpan };
        using var bootstrap = LambdaBootstrapBuilder
            .Create<SNSEvent>(handler.HandleAsync, new SourceGeneratorLambdaJsonSerializer<FunctionJson>())
            .UseHttpClient(runtime).Build();
        try
        {
            // The poll last: whatever of the others needs the processor has it while the answer is on its way.
            var connections = provider.GetRequiredService<EarlyConnections>().OpenAsync(stop.Token);
            var started = step.StartAsync(stop.Token);
            await Task.WhenAll(bootstrap.RunAsync(stop.Token), connections, started, cryptography);
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            // Asked to end while it was starting.
        }
    }

    private static void AddProcessing(IServiceCollection services, IConfiguration configuration)
    {
        var connection = configuration.GetConnectionString("imagedb") is { Length: > 0 } text
            ? text
            : throw new ArgumentException("ConnectionStrings:imagedb is missing: the connection string of the catalogue's database.");
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton((configuration.GetSection(ImageLimits.Section).Get<ImageLimits>() ?? new ImageLimits()).Validated());
        services.AddSingleton(provider => new MySqlDataSourceBuilder(connection)
            .UseLoggerFactory(provider.GetService<ILoggerFactory>())
            .UseIamAuthentication(configuration, provider.GetRequiredService<TimeProvider>())
            .Build());
        services.AddCatalogue();
        services.AddImageBucket(configuration);
        services.AddMetrics();
        services.AddSingleton<StepTelemetry>();
        services.AddSingleton<ImageEventProcessor>();
        services.AddSingleton<FunctionHandler>();
        services.AddSingleton<EarlyConnections>();
    }
}
