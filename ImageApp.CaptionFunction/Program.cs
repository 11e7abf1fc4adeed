using Amazon.Lambda.RuntimeSupport;
using Amazon.Lambda.Serialization.SystemTextJson;
using Amazon.Lambda.SNSEvents;
using ImageApp.CaptionFunction;
using ImageApp.Core.Processing;
using ImageApp.ServiceDefaults;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

var configuration = new ConfigurationBuilder().AddEnvironmentVariables().Build();
await ModelKey.ResolveAsync(configuration, CancellationToken.None);
var services = new ServiceCollection();
FunctionTelemetry.Add(services, configuration, ProcessingTelemetry.Name);
services.AddCaptioner(configuration);
services.AddImageProcessing<CaptionStep>(configuration);
services.AddSingleton<Function>();

await using var provider = services.BuildServiceProvider();
using var stop = new StopSignal();
var function = provider.GetRequiredService<Function>();
using var bootstrap = LambdaBootstrapBuilder.Create<SNSEvent>(function.HandleAsync, new SourceGeneratorLambdaJsonSerializer<FunctionJson>()).Build();
await bootstrap.RunAsync(stop.Token);
