namespace ImageApp.LocalAws.Sns;

/// <summary>A message that was published.</summary>
/// <param name="MessageId">Its id.</param>
/// <param name="SequenceNumber">Its place among those of a FIFO topic; null for another topic.</param>
/// <param name="PublishedAt">When.</param>
internal sealed record Publication(string MessageId, string? SequenceNumber, DateTimeOffset PublishedAt);
