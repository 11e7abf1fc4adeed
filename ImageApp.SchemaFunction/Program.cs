using Amazon.Lambda.RuntimeSupport;
using Amazon.Lambda.Serialization.SystemTextJson;
using ImageApp.SchemaFunction;

using var logging = LoggerFactory.Create(builder => builder.AddSimpleConsole(console => console.SingleLine = true));
using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
var function = new SchemaFunction(http, new AdministratorSecret(http, TimeProvider.System), logging.CreateLogger<SchemaFunction>());
using var bootstrap = LambdaBootstrapBuilder
    .Create<SchemaRequest>(function.HandleAsync, new SourceGeneratorLambdaJsonSerializer<SchemaJson>())
    .Build();
await bootstrap.RunAsync();
