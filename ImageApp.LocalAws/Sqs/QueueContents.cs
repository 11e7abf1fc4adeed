namespace ImageApp.LocalAws.Sqs;

/// <summary>A queue and its messages, in the order they were sent.</summary>
internal sealed class QueueContents(Queue queue, string folder)
{
    public Queue Queue { get; set; } = queue;

    public string Folder => folder;

    /// <summary>Guards <see cref="Messages"/>, which is in sending order.</summary>
    public Lock Lock { get; } = new();

    public List<QueueMessage> Messages { get; } = [];

    /// <summary>Replaced and completed whenever a message may have become visible.</summary>
    public TaskCompletionSource Arrival { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
