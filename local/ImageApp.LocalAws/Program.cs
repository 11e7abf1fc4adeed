using System.Runtime.InteropServices;
using ImageApp.LocalAws;
using Microsoft.Extensions.Configuration;

var configuration = new ConfigurationBuilder()
    .AddJsonFile(Path.GetFullPath("appsettings.json"), optional: true)
    .AddEnvironmentVariables()
    .AddCommandLine(args)
    .Build();
var options = new LocalAwsOptions { DataDirectory = Path.Combine(".local", "aws") };
configuration.GetSection("LocalAws").Bind(options);

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
try
{
    await using var server = await LocalAwsServer.StartAsync(
        options,
        builder => builder.Configuration.AddConfiguration(configuration),
        stop.Token);
    foreach (var function in options.Functions)
    {
        Console.WriteLine($"{function.Name}: AWS_LAMBDA_RUNTIME_API={server.RuntimeApiOf(function.Name)}");
    }

    await Task.Delay(Timeout.Infinite, stop.Token);
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 0;
}
catch (Exception exception) when (exception is ArgumentException or IOException or InvalidOperationException)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}

return 0;

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
