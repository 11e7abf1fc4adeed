namespace ImageApp.LocalAws.Lambda;

/// <summary>What waits for a function's processes, and what they do.</summary>
/// <param name="Waiting">Invocations that no poller has.</param>
/// <param name="Busy">Pollers that wait, and invocations that run.</param>
/// <param name="Polls">Polls there have ever been.</param>
/// <param name="LastSeen">When a process last polled, or an invocation last ended.</param>
/// <param name="LastProcess">The process that polled last; null where it cannot be told.</param>
internal readonly record struct FunctionDemand(int Waiting, int Busy, long Polls, DateTimeOffset LastSeen, FunctionProcess? LastProcess);
