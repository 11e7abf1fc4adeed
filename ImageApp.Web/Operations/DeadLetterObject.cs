namespace ImageApp.Web.Operations;

/// <summary>What an event that failed was about.</summary>
/// <param name="Key">The original's key.</param>
/// <param name="IsRemoval">Whether the original was taken out of the bucket, not put into it.</param>
internal sealed record DeadLetterObject(string Key, bool IsRemoval);
