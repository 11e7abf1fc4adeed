namespace ImageApp.LocalAws.S3;

/// <summary>An operation of S3's API.</summary>
/// <param name="Name">As in the S3 API Reference, for example <c>PutObject</c>.</param>
/// <param name="Action">The action that a policy allows or denies, for example <c>s3:PutObject</c>.</param>
/// <param name="HandleAsync">Performs it.</param>
internal sealed record S3Operation(string Name, string Action, Func<S3Request, CancellationToken, Task> HandleAsync);
