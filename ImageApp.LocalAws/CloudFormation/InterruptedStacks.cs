using Microsoft.Extensions.Hosting;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>Brings stacks whose operation was cut off by the end of the process to a definite state: creations and updates are taken back, deletions finished.</summary>
internal sealed class InterruptedStacks(StackStore stacks, StackEngine engine) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var stack in stacks.All.Where(stack => stack.IsInProgress).ToList())
        {
            switch (stack.Status)
            {
                case "DELETE_IN_PROGRESS":
                    await engine.DeleteAsync(stack, cancellationToken);
                    break;
                case "CREATE_IN_PROGRESS" or "ROLLBACK_IN_PROGRESS":
                    await engine.FinishRollbackOfCreationAsync(stack, cancellationToken);
                    break;
                default:
                    await engine.FinishRollbackOfUpdateAsync(stack, cancellationToken);
                    break;
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
