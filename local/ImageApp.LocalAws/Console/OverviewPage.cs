using System.Text.Json;
using System.Text.Json.Nodes;
using ImageApp.LocalAws.CloudFormation;
using ImageApp.LocalAws.Lambda;
using ImageApp.LocalAws.S3.Store;
using ImageApp.LocalAws.Sns;
using ImageApp.LocalAws.Sqs;
using ImageApp.LocalAws.Storage;
using static ImageApp.LocalAws.Console.PageLayout;

namespace ImageApp.LocalAws.Console;

/// <summary>All there is at a glance: buckets, topics, queues, functions, stacks and the latest events.</summary>
internal sealed class OverviewPage(
    S3Store buckets,
    SnsStore topics,
    SqsStore queues,
    LambdaStore functions,
    Outbox<AsynchronousInvocation> invocations,
    CloudFormationStore stacks,
    EventTrail trail,
    TimeProvider time) : IConsolePage
{
    public string Folder => "";

    public (string Title, Html Content)? Render(string name)
    {
        (string Id, string Heading, int Count, Html Content)[] sections =
        [
            Buckets(),
            Topics(),
            Queues(),
            Functions(),
            Stacks(),
            Events(),
        ];
        var tiles = sections.Select(section => Html.Of(
            $"<li><a href=\"#{section.Id}\"><span class=\"number\">{section.Count}</span> {section.Heading}</a></li>\n"));
        return ("Overview", Html.Of(
            $"""
            <h1>Overview</h1>
            <nav aria-label="Sections"><ul class="tiles">
            {tiles}</ul></nav>
            {sections.Select(section => Section(section.Id, section.Heading, section.Count, section.Content))}
            """));
    }

    private (string Id, string Heading, int Count, Html Content) Buckets()
    {
        var rows = buckets.ListBuckets().Select(bucket =>
        {
            var (count, bytes) = buckets.UsageOf(bucket.Name);
            return new[] { Link("buckets", bucket.Name), Html.Of($"{count}"), Html.Of($"{Size(bytes)}"), Clock(bucket.CreatedAt) };
        }).ToList();
        return ("buckets", "Buckets", rows.Count, Table("Buckets", ["Name", "Objects#", "Size#", "Created"], rows, "There is no bucket."));
    }

    private (string Id, string Heading, int Count, Html Content) Topics()
    {
        var rows = topics.Topics.Select(topic =>
        {
            var subscriptions = topics.SubscriptionsOf(topic.Arn).ToList();
            return new[]
            {
                Html.Of($"{topic.Arn[(topic.Arn.LastIndexOf(':') + 1)..]}"),
                Html.Of($"{subscriptions.Count}"),
                subscriptions.Count == 0
                    ? Html.Of($"Nobody listens.")
                    : Html.Of($"<ul>{subscriptions.Select(Subscriber)}</ul>"),
            };
        }).ToList();
        return ("topics", "Topics", rows.Count, Table("Topics", ["Name", "Subscriptions#", "Subscribers"], rows, "There is no topic."));
    }

    private static Html Subscriber(Subscription subscription)
    {
        var doubt = subscription.IsConfirmed ? Html.Empty : Html.Of($" {State("not confirmed", StateKind.Busy)}");
        return Html.Of($"<li>{Resource(subscription.Endpoint)}{doubt}</li>");
    }

    private (string Id, string Heading, int Count, Html Content) Queues()
    {
        var now = time.GetUtcNow();
        var rows = queues.Queues.Select(queue =>
        {
            var (visible, notVisible, delayed) = queue.Count();
            return new[]
            {
                Link("queues", queue.Name),
                Html.Of($"{visible}"),
                Html.Of($"{notVisible}"),
                Html.Of($"{delayed}"),
                queue.OldestSentAt is { } oldest ? Html.Of($"{Span(now - oldest)}") : Html.Of($"–"),
            };
        }).ToList();
        return (
            "queues",
            "Queues",
            rows.Count,
            Table("Queues", ["Name", "Waiting#", "In flight#", "Delayed#", "Oldest message#"], rows, "There is no queue."));
    }

    private (string Id, string Heading, int Count, Html Content) Functions()
    {
        var waiting = invocations.Pending.GroupBy(invocation => invocation.FunctionName, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        var rows = functions.Functions.Select(function =>
        {
            var demand = function.Demand;
            return new[]
            {
                Html.Of($"{function.Name}"),
                FunctionState(function),
                Html.Of($"{function.Settings.MemorySize} MB"),
                Html.Of($"{function.Load - demand.Waiting}"),
                Html.Of($"{demand.Waiting}"),
                Html.Of($"{waiting.GetValueOrDefault(function.Name)}"),
            };
        }).ToList();
        return (
            "functions",
            "Functions",
            rows.Count,
            Table(
                "Functions",
                ["Name", "State", "Memory#", "In flight#", "Waiting for a process#", "Events not done#"],
                rows,
                "No function is registered."));
    }

    private static Html FunctionState(Function function)
    {
        if (function.Starter.State is not { } state)
        {
            return State("Pending", StateKind.Busy);
        }

        var kind = state.Status switch
        {
            FunctionStatus.Active => StateKind.Good,
            FunctionStatus.Pending => StateKind.Busy,
            FunctionStatus.Inactive => StateKind.Quiet,
            _ => StateKind.Bad,
        };
        return state.Reason is null
            ? State(state.Status.ToString(), kind)
            : Html.Of($"{State(state.Status.ToString(), kind)} <span class=\"reason\">{state.Reason}</span>");
    }

    private (string Id, string Heading, int Count, Html Content) Stacks()
    {
        var rows = stacks.Stacks.Where(stack => !stack.IsDeleted).Select(stack => new[]
        {
            Html.Of($"{stack.StackName}"),
            stack.StatusReason is { } reason
                ? Html.Of($"{StackState(stack)} <span class=\"reason\">{reason}</span>")
                : StackState(stack),
            Html.Of($"{stack.Resources.Count}"),
            Clock(stack.LastUpdatedTime ?? stack.CreationTime),
        }).ToList();
        return ("stacks", "Stacks", rows.Count, Table("Stacks", ["Name", "Status", "Resources#", "Changed"], rows, "There is no stack."));
    }

    private static Html StackState(Stack stack) => State(
        stack.Status,
        StackStatus.IsRunning(stack.Status) || stack.Status == StackStatus.ReviewInProgress ? StateKind.Busy
            : stack.Status.Contains("ROLLBACK", StringComparison.Ordinal) || stack.Status.EndsWith("FAILED", StringComparison.Ordinal)
                ? StateKind.Bad
            : StateKind.Good);

    private (string Id, string Heading, int Count, Html Content) Events()
    {
        var ways = trail.Latest;
        var items = ways.Select(steps => Html.Of(
            $"""
            <li>
            <p><strong>{Subject(steps)}</strong> {Clock(steps[0].At)}</p>
            <ol class="steps">{steps.Select(Step)}</ol>
            </li>

            """));
        return (
            "events",
            "Latest events",
            ways.Count,
            ways.Count == 0
                ? Html.Of($"<p class=\"empty\">Nothing has happened since {Clock(trail.Since)}.</p>")
                : Html.Of($"<ol class=\"events\">{items}</ol>"));
    }

    /// <summary>Nobody takes what a function has to do.</summary>
    private bool WaitsForProcess(EventStep step) =>
        step.From == step.To && functions.Find(step.To[(step.To.LastIndexOf(':') + 1)..])?.Demand is { Waiting: > 0, Busy: 0 };

    private static string Subject(IReadOnlyList<EventStep> steps)
    {
        foreach (var message in steps.Select(step => step.BucketMessage).OfType<string>())
        {
            try
            {
                var record = JsonNode.Parse(message)?["Records"]?[0];
                if ((string?)record?["s3"]?["object"]?["key"] is { } key)
                {
                    return $"{(string?)record["eventName"]} {Uri.UnescapeDataString(key.Replace('+', ' '))}";
                }
            }
            catch (JsonException)
            {
                // It is the bucket's own message; if it is not, the way has no better name than its first step.
                break;
            }
        }

        var first = steps[0];
        return first.From == first.To ? "Invocation" : $"Message of {first.From[(first.From.LastIndexOf(':') + 1)..]}";
    }

    private Html Step(EventStep step)
    {
        var (word, kind) = step.Outcome switch
        {
            EventOutcome.UnderWay when WaitsForProcess(step) => ("waiting", StateKind.Busy),
            EventOutcome.Delivered => ("done", StateKind.Good),
            EventOutcome.Failed => ("failed", StateKind.Bad),
            EventOutcome.Retrying => ("tried again", StateKind.Busy),
            _ => ("under way", StateKind.Busy),
        };
        var way = step.From == step.To ? Html.Of($"{Resource(step.To)} runs") : Html.Of($"{Resource(step.From)} → {Resource(step.To)}");
        var attempt = step.Attempt > 1 ? Html.Of($" <span class=\"quiet\">attempt {step.Attempt}</span>") : Html.Empty;
        var next = step.NextAttemptAt is { } at ? Html.Of($" <span class=\"quiet\">next {Clock(at)}</span>") : Html.Empty;
        var reason = step.Reason is null ? Html.Empty : Html.Of($" <span class=\"reason\">{step.Reason}</span>");
        return Html.Of($"<li>{State(word, kind)} {way}{attempt}{next}{reason}</li>\n");
    }
}
