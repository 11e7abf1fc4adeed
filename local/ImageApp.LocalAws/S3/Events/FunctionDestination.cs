using System.Diagnostics;
using System.Text;
using ImageApp.LocalAws.Lambda;

namespace ImageApp.LocalAws.S3.Events;

/// <summary>Events to Lambda functions, which get no test event.</summary>
internal sealed class FunctionDestination(LambdaStore functions) : IEventDestination
{
    public string ArnPrefix => "arn:aws:lambda:";

    public string Action => "lambda:InvokeFunction";

    public Task SendAsync(ServiceCall caller, string arn, string message, ActivityContext trace, CancellationToken cancellationToken) =>
        functions.EnqueueAsync(caller, arn, Encoding.UTF8.GetBytes(message), trace);

    public Task TestAsync(ServiceCall caller, string arn, string testEvent, CancellationToken cancellationToken)
    {
        functions.RequireInvocable(caller, arn);
        return Task.CompletedTask;
    }
}
