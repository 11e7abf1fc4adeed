using System.CommandLine;
using System.Globalization;
using ImageApp.LoadTest.Reporting;
using ImageApp.Scaling;

namespace ImageApp.LoadTest;

/// <summary>What would the group do? The controller of <c>./run --scale</c> over a load that is only thought of.</summary>
internal static class SimulateCommand
{
    public static Command Create()
    {
        var load = new Option<string?>("--load")
        {
            Description =
                "A file with requests/s, one number a line, one line a second. Without it: --rate for --duration, with as long of nothing after it.",
        };
        var rate = new Option<double>("--rate") { Description = "Requests/s.", DefaultValueFactory = _ => 500 };
        var duration = new Option<double>("--duration") { Description = "Seconds of load.", DefaultValueFactory = _ => 1800 };
        var times = new Option<double>("--times") { Description = "Multiplies the load.", DefaultValueFactory = _ => 1 };
        var capacity = new Option<double>("--capacity")
        {
            Description = "Requests/s that one instance serves with all its CPU (docs/capacity.md).",
            Required = true,
        };
        var maximum = new Option<int>("--max") { Description = "Instances at most.", DefaultValueFactory = _ => 3 };
        var launch = new Option<double>("--launch")
        {
            Description = "Seconds from a decision until an instance gets requests.",
            DefaultValueFactory = _ => 150,
        };
        var report = new Option<string>("--report")
        {
            Description = "Where the HTML report goes.",
            DefaultValueFactory = _ => Path.Combine("artifacts", "simulation.html"),
        };
        var command = new Command("simulate", "Says what the Auto Scaling group would do with a load.")
        {
            load,
            rate,
            duration,
            times,
            capacity,
            maximum,
            launch,
            report,
        };
        command.SetAction(
            async (arguments, cancellationToken) =>
            {
                var policy = new TargetTrackingPolicy { MaxCapacity = arguments.GetValue(maximum) };
                var factor = arguments.GetValue(times) is > 0 and var value
                    ? value
                    : throw new ArgumentException("--times must be above 0.");
                var given = arguments.GetValue(load) is { } file
                    ? await ReadAsync(file, cancellationToken)
                    : Even(arguments.GetValue(rate), arguments.GetValue(duration));
                var moments = GroupSimulation.Run(
                    policy,
                    [.. given.Select(requests => requests * factor)],
                    arguments.GetValue(capacity),
                    TimeSpan.FromSeconds(arguments.GetValue(launch))
                );
                var description = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{arguments.GetValue(load) ?? $"{arguments.GetValue(rate):0} requests/s for {arguments.GetValue(duration):0} s"}, times {factor:0.##}; {arguments.GetValue(capacity):0} requests/s an instance, {policy.MinCapacity} to {policy.MaxCapacity} instances, {policy.Target * 100:0} % CPU."
                );
                var path = arguments.GetValue(report)!;
                Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
                await File.WriteAllTextAsync(path, SimulationReport.Write(description, moments), cancellationToken);
                Console.WriteLine(description);
                foreach (var moment in moments.Where(moment => moment.Cause is not null))
                {
                    Console.WriteLine(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"  {moment.Time.TotalMinutes,5:0.0} min  {moment.Desired} instances: {moment.Cause}"
                        )
                    );
                }

                Console.WriteLine($"{SimulationReport.Summary(moments)}. Report: {path}");
            }
        );
        return command;
    }

    private static List<double> Even(double rate, double duration) =>
        rate >= 0 && duration is >= 1 and <= 86400
            ? [.. Enumerable.Repeat(rate, (int)duration), .. Enumerable.Repeat(0.0, (int)duration)]
            : throw new ArgumentException($"--rate {rate} for --duration {duration} is not possible: not below 0, and 1 to 86400 seconds.");

    private static async Task<List<double>> ReadAsync(string file, CancellationToken cancellationToken)
    {
        if (!File.Exists(file))
        {
            throw new ArgumentException($"--load '{file}' does not exist.");
        }

        var lines = await File.ReadAllLinesAsync(file, cancellationToken);
        return
        [
            .. lines.Select(
                (line, index) =>
                    double.TryParse(line, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= 0
                        ? value
                        : throw new ArgumentException(
                            $"--load '{file}', line {index + 1}: '{line}' is not a number of requests per second."
                        )
            ),
        ];
    }
}
