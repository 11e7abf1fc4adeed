using System.Runtime.Versioning;
using ImageApp.LoadTest.Observing;

namespace ImageApp.Tests.Scaling;

/// <summary>Following a group at AWS, with answers in the shapes of the AWS CLI's reference.</summary>
[SupportedOSPlatform("linux")]
public sealed class AwsGroupObserverTests : IDisposable
{
    private const string Command = """
        #!/usr/bin/env bash
        case "$1 $2 $*" in
          "cloudformation list-stack-resources"*"--stack-name imageapp "*)
            echo '{"StackResourceSummaries":[{"LogicalResourceId":"Network","PhysicalResourceId":"arn:network"},{"LogicalResourceId":"Web","PhysicalResourceId":"arn:web"}]}' ;;
          "cloudformation list-stack-resources"*"--stack-name arn:web "*)
            echo '{"StackResourceSummaries":[{"LogicalResourceId":"Group","PhysicalResourceId":"group-1"},{"LogicalResourceId":"Targets","PhysicalResourceId":"arn:targets"}]}' ;;
          "autoscaling describe-auto-scaling-groups"*group-1*)
            echo '{"AutoScalingGroups":[{"AutoScalingGroupName":"group-1","DesiredCapacity":2,"Instances":[{"InstanceId":"i-1","LifecycleState":"InService"},{"InstanceId":"i-2","LifecycleState":"Pending"}]}]}' ;;
          "elbv2 describe-target-health"*arn:targets*)
            echo '{"TargetHealthDescriptions":[{"Target":{"Id":"i-1","Port":5000},"TargetHealth":{"State":"healthy"}}]}' ;;
          "autoscaling describe-scaling-activities"*)
            echo '{"Activities":[{"StartTime":"2026-01-02T03:05:00Z","Description":"Launching a new EC2 instance: i-2.","Cause":"an alarm"},{"StartTime":"2026-01-02T03:04:00Z","Description":"Launching a new EC2 instance: i-1.","Cause":"the group was made"}]}' ;;
          "cloudwatch get-metric-statistics"*i-1*)
            echo '{"Label":"CPUUtilization","Datapoints":[{"Timestamp":"2026-01-02T03:06:00Z","Average":83.5,"Unit":"Percent"},{"Timestamp":"2026-01-02T03:05:00Z","Average":12.0,"Unit":"Percent"}]}' ;;
          "cloudwatch get-metric-statistics"*) echo '{"Label":"CPUUtilization","Datapoints":[]}' ;;
          *) echo "An error occurred (ValidationError) when calling the operation: Stack with id $4 does not exist" >&2; exit 254 ;;
        esac
        """;

    private readonly string _command = Path.Combine(Directory.CreateTempSubdirectory("imageapp-observer-").FullName, "aws");

    public AwsGroupObserverTests()
    {
        File.WriteAllText(_command, Command);
        File.SetUnixFileMode(_command, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_command)!, recursive: true);

    [Fact]
    public async Task Sees_size_health_cpu_and_activities()
    {
        var group = (await (await AwsGroupObserver.FindAsync("imageapp", Cancel, _command)).ObserveAsync(Cancel))!;
        Assert.Equal(2, group.Desired);
        Assert.Equal(
            [("i-1", "healthy", 0.835), ("i-2", "initial", null)],
            group.Instances.Select(instance => (instance.Id, instance.State, instance.Cpu))
        );
        Assert.Equal(["i-1", "i-2"], group.Activities.Select(activity => activity.Cause.Split(": ")[1].Split('.')[0]));
    }

    [Fact]
    public async Task Says_what_the_cli_says()
    {
        Assert.Contains(
            "Stack with id other does not exist",
            (await Assert.ThrowsAsync<InvalidOperationException>(() => AwsGroupObserver.FindAsync("other", Cancel, _command))).Message
        );
        Assert.Contains(
            "https://aws.amazon.com/cli/",
            (
                await Assert.ThrowsAsync<InvalidOperationException>(() =>
                    AwsGroupObserver.FindAsync("imageapp", Cancel, _command + "-missing")
                )
            ).Message
        );
    }
}
