using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using ImageApp.Scaling;

namespace ImageApp.LoadTest.Observing;

/// <summary>Asks AWS, through the AWS CLI, for a group's size and activities, its instances' CPU and its targets' health.</summary>
internal sealed class AwsGroupObserver : IGroupObserver
{
    private readonly string _group;
    private readonly string _targetGroup;

    private readonly string _command;

    private AwsGroupObserver(string command, string group, string targetGroup)
    {
        _command = command;
        _group = group;
        _targetGroup = targetGroup;
    }

    /// <summary>CloudWatch has one value a minute; size and health change faster.</summary>
    public TimeSpan Interval => TimeSpan.FromSeconds(15);

    /// <summary>Finds the group in a stack that <c>deploy/deploy</c> made.</summary>
    /// <param name="stack">The root stack's name.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="command">The AWS CLI.</param>
    /// <exception cref="InvalidOperationException">The AWS CLI is missing, or says that there is no such stack; the message is its
    /// own.</exception>
    public static async Task<AwsGroupObserver> FindAsync(string stack, CancellationToken cancellationToken, string command = "aws")
    {
        var web =
            (await AskAsync(command, ["cloudformation", "list-stack-resources", "--stack-name", stack], cancellationToken))[
                "StackResourceSummaries"
            ]!
                .AsArray()
                .FirstOrDefault(resource => (string?)resource!["LogicalResourceId"] == "Web")
                ?["PhysicalResourceId"]?.ToString()
            ?? throw new InvalidOperationException($"Stack {stack} has no web tier.");
        var resources = (await AskAsync(command, ["cloudformation", "list-stack-resources", "--stack-name", web], cancellationToken))[
            "StackResourceSummaries"
        ]!.AsArray();
        return new AwsGroupObserver(command, Find("Group"), Find("Targets"));

        string Find(string id) =>
            resources.FirstOrDefault(resource => (string?)resource!["LogicalResourceId"] == id)?["PhysicalResourceId"]?.ToString()
            ?? throw new InvalidOperationException($"Stack {web} has no {id}.");
    }

    public async Task<GroupStatus?> ObserveAsync(CancellationToken cancellationToken)
    {
        var group = (
            await AskAsync(
                _command,
                ["autoscaling", "describe-auto-scaling-groups", "--auto-scaling-group-names", _group],
                cancellationToken
            )
        )["AutoScalingGroups"]![0]!;
        var health = (await AskAsync(_command, ["elbv2", "describe-target-health", "--target-group-arn", _targetGroup], cancellationToken))[
            "TargetHealthDescriptions"
        ]!
            .AsArray()
            .ToDictionary(target => (string)target!["Target"]!["Id"]!, target => (string)target!["TargetHealth"]!["State"]!);
        var activities = (
            await AskAsync(
                _command,
                ["autoscaling", "describe-scaling-activities", "--auto-scaling-group-name", _group, "--max-items", "20"],
                cancellationToken
            )
        )["Activities"]!.AsArray();
        var now = DateTimeOffset.UtcNow;
        var instances = new List<InstanceStatus>();
        foreach (var id in group["Instances"]!.AsArray().Select(instance => (string)instance!["InstanceId"]!))
        {
            var points = (
                await AskAsync(
                    _command,
                    [
                        "cloudwatch",
                        "get-metric-statistics",
                        "--namespace",
                        "AWS/EC2",
                        "--metric-name",
                        "CPUUtilization",
                        "--dimensions",
                        $"Name=InstanceId,Value={id}",
                        "--statistics",
                        "Average",
                        "--period",
                        "60",
                        "--start-time",
                        (now - TimeSpan.FromMinutes(10)).ToString("O", CultureInfo.InvariantCulture),
                        "--end-time",
                        now.ToString("O", CultureInfo.InvariantCulture),
                    ],
                    cancellationToken
                )
            )["Datapoints"]!.AsArray();
            var cpu =
                points
                    .OrderBy(point => (string)point!["Timestamp"]!, StringComparer.Ordinal)
                    .LastOrDefault()
                    ?["Average"]?.GetValue<double>() / 100;
            instances.Add(new InstanceStatus(id, health.GetValueOrDefault(id, "initial"), cpu, 0, 0, 0));
        }

        return new GroupStatus(
            (int)group["DesiredCapacity"]!,
            1,
            instances,
            [
                .. activities
                    .Reverse()
                    .Select(activity => new GroupActivity(
                        DateTimeOffset.Parse((string)activity!["StartTime"]!, CultureInfo.InvariantCulture),
                        (int)group["DesiredCapacity"]!,
                        $"{activity["Description"]} {activity["Cause"]}"
                    )),
            ]
        );
    }

    private static async Task<JsonNode> AskAsync(string command, string[] arguments, CancellationToken cancellationToken)
    {
        Process process;
        try
        {
            process = Process.Start(
                new ProcessStartInfo(command, [.. arguments, "--output", "json"])
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                }
            )!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InvalidOperationException($"The AWS CLI cannot be started ({e.Message}): https://aws.amazon.com/cli/", e);
        }

        using (process)
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0
                ? JsonNode.Parse(await output)!
                : throw new InvalidOperationException($"aws {arguments[0]} {arguments[1]}: {(await error).Trim()}");
        }
    }
}
