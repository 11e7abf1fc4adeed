namespace ImageApp.AppHost.Hosting.Aws;

/// <summary>A dead-letter queue of a stack: its state says how many events wait in it.</summary>
internal sealed class DeadLetterQueueResource(string name, string output, string function) : Resource(name)
{
    /// <summary>The stack's output that has the queue's URL.</summary>
    public string Output => output;

    /// <summary>The function that the events were meant for.</summary>
    public string Function => function;

    /// <summary>The queue's URL, once the stack is there.</summary>
    public string? Url { get; set; }
}
