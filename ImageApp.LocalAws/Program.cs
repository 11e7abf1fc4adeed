using ImageApp.LocalAws;
using Microsoft.Extensions.Configuration;

var configuration = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args).Build();
var options = configuration.GetSection("LocalAws").Get<LocalAwsOptions>() ?? new LocalAwsOptions();
if (options.DataDirectory.Length == 0)
{
    options.DataDirectory = Path.Combine(".local", "aws");
}

using var stop = new CancellationTokenSource();
using var interrupt = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGINT, Stop);
using var terminate = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM, Stop);

await using var server = await LocalAwsServer.StartAsync(options, builder => builder.Configuration.AddConfiguration(configuration), stop.Token);
Console.WriteLine($"Local AWS on {server.Endpoint}, state in {Path.GetFullPath(options.DataDirectory)}. Set AWS_ENDPOINT_URL={server.Endpoint.ToString().TrimEnd('/')}.");
await Task.Delay(Timeout.Infinite, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

void Stop(System.Runtime.InteropServices.PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}
