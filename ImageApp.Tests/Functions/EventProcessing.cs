using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Storage;
using ImageApp.FunctionDefaults;
using Microsoft.Extensions.DependencyInjection;
using MySqlConnector;

namespace ImageApp.Tests.Functions;

/// <summary>A function's processing of events within a test.</summary>
internal static class EventProcessing
{
    /// <summary>What it needs but for the step.</summary>
    public static IServiceCollection Services(MySqlDataSource database, ImageBucket bucket) => new ServiceCollection()
        .AddLogging()
        .AddMetrics()
        .AddSingleton(database)
        .AddCatalogue()
        .AddSingleton(bucket)
        .AddSingleton<OriginalRemoval>()
        .AddSingleton(new ImageLimits())
        .AddSingleton(TimeProvider.System)
        .AddSingleton<StepTelemetry>()
        .AddSingleton<ImageEventProcessor>();
}
