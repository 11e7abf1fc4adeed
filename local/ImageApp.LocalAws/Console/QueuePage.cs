using ImageApp.LocalAws.Sqs;
using static ImageApp.LocalAws.Console.PageLayout;

namespace ImageApp.LocalAws.Console;

/// <summary>A queue and its first messages; looking at them receives none.</summary>
internal sealed class QueuePage(SqsStore queues, TimeProvider time) : IConsolePage
{
    private const int MostMessages = 100;
    private const int MostCharacters = 4096;

    public string Folder => "queues";

    public (string Title, Html Content)? Render(string name)
    {
        if (queues.Queues.FirstOrDefault(queue => queue.Name == name) is not { } queue)
        {
            return null;
        }

        var now = time.GetUtcNow();
        var (visible, notVisible, delayed) = queue.Count();
        var messages = queue.Peek(MostMessages);
        var deadLetters = queues.DeadLettersOf(queue) is var (target, most)
            ? Html.Of($"{Link("queues", target.Name)} after {most} receives")
            : Html.Of($"none");
        var more = visible + notVisible + delayed > messages.Count
            ? Html.Of($"<p>These are the {messages.Count} messages that come up first.</p>")
            : Html.Empty;
        var items = messages.Count == 0
            ? Html.Of($"<p class=\"empty\">The queue is empty.</p>")
            : Html.Of($"<ol class=\"messages\">{messages.Select(message => Item(message, now))}</ol>");
        return ($"Queue {name}", Html.Of(
            $"""
            <p><a href="/">Overview</a></p>
            <h1>Queue {name}</h1>
            <dl>
            <div><dt>Waiting</dt><dd>{visible}</dd></div>
            <div><dt>In flight</dt><dd>{notVisible}</dd></div>
            <div><dt>Delayed</dt><dd>{delayed}</dd></div>
            <div><dt>Oldest message</dt><dd>{(queue.OldestSentAt is { } oldest ? Span(now - oldest) : "–")}</dd></div>
            <div><dt>Visibility timeout</dt><dd>{queue.Number(QueueAttributes.VisibilityTimeout)} s</dd></div>
            <div><dt>Dead letters</dt><dd>{deadLetters}</dd></div>
            </dl>
            {Section("messages", "Messages", messages.Count, Html.Of($"{more}{items}"))}
            """));
    }

    private static Html Item(QueuedMessage message, DateTimeOffset now)
    {
        var state = message.VisibleAt <= now ? State("waiting", StateKind.Good)
            : message.ReceiptHandle is null ? State($"delayed for {Span(message.VisibleAt - now)}", StateKind.Quiet)
            : State($"in flight for {Span(message.VisibleAt - now)}", StateKind.Busy);
        var attributes = message.Attributes.Select(attribute => Html.Of(
            $"<div><dt>{attribute.Key}</dt><dd>{attribute.Value.StringValue ?? "(bytes)"}</dd></div>"));
        var body = message.Body.Length <= MostCharacters
            ? message.Body
            : FormattableString.Invariant($"{message.Body[..MostCharacters]}… ({message.Body.Length} characters)");
        return Html.Of(
            $"""
            <li>
            <p>{Code(message.MessageId)} {state} <span class="quiet">sent {Clock(message.SentAt)}, received {message.ReceiveCount} times</span></p>
            <dl>{attributes}{(message.DeadLetterSourceArn is { } source ? Html.Of($"<div><dt>From</dt><dd>{Resource(source)}</dd></div>") : Html.Empty)}</dl>
            <pre tabindex="0" role="region" aria-label="Body of {message.MessageId}">{body}</pre>
            </li>

            """);
    }
}
