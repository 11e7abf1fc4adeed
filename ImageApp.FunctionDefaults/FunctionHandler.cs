using Amazon.Lambda.Core;
using Amazon.Lambda.SNSEvents;

namespace ImageApp.FunctionDefaults;

/// <summary>The Lambda handler: takes SNS's event apart and keeps Lambda's deadline.</summary>
internal sealed class FunctionHandler(ImageEventProcessor processor, FunctionTelemetry telemetry)
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    /// <summary>Handles one invocation.</summary>
    public async Task HandleAsync(SNSEvent input, ILambdaContext context)
    {
        // Given up shortly before Lambda would: then the reason is known, and nothing is half written.
        var left = context.RemainingTime - Margin;
        using var deadline = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        try
        {
            await processor.ProcessAsync(MessagesOf(input), context.TraceId, deadline.Token);
        }
        finally
        {
            telemetry.Flush();
        }
    }

    /// <summary>The messages of an event.</summary>
    /// <exception cref="FormatException">It is not one of SNS.</exception>
    internal static IReadOnlyList<string> MessagesOf(SNSEvent? input) =>
        input?.Records is { } records && records.All(record => record?.Sns?.Message is not null)
            ? [.. records.Select(record => record.Sns.Message)]
            : throw new FormatException("Not an SNS event: it has no \"Records\", or one of them lacks Sns.Message.");
}
