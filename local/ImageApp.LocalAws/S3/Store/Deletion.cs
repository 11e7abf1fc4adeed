namespace ImageApp.LocalAws.S3.Store;

/// <summary>What is to be deleted of a key.</summary>
/// <param name="VersionId">The version to delete for good; null for the object as such, of which versioning keeps what was.</param>
/// <param name="Condition">What must hold of what is there; null for nothing.</param>
/// <param name="BypassesGovernance">Whether a lock of the mode <c>GOVERNANCE</c> does not keep it.</param>
internal sealed record Deletion(string? VersionId = null, DeleteCondition? Condition = null, bool BypassesGovernance = false);
