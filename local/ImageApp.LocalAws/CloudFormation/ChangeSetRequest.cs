namespace ImageApp.LocalAws.CloudFormation;

/// <summary>What CreateChangeSet takes.</summary>
/// <param name="Name">The change set's name.</param>
/// <param name="Type"><c>CREATE</c> or <c>UPDATE</c>.</param>
/// <param name="Description">For people.</param>
/// <param name="ClientToken">Makes a repeated request the same request.</param>
/// <param name="Stack">What the stack is to be.</param>
internal sealed record ChangeSetRequest(string? Name, string Type, string? Description, string? ClientToken, StackRequest Stack);
