namespace ImageApp.Web.Operations;

/// <summary>A queue of events that a function could not handle.</summary>
/// <param name="Name">Its name in addresses.</param>
/// <param name="Title">Its name for people.</param>
/// <param name="Url">Its URL in SQS.</param>
internal sealed record DeadLetterQueue(string Name, string Title, string Url);
