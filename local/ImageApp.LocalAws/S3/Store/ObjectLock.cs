using System.Net;
using System.Text.Json.Serialization;

namespace ImageApp.LocalAws.S3.Store;

/// <summary>What keeps a version from being deleted (S3 User Guide, "How S3 Object Lock works").</summary>
/// <param name="Mode"><c>GOVERNANCE</c> or <c>COMPLIANCE</c>; null without a retention period.</param>
/// <param name="RetainUntil">The end of the retention period.</param>
/// <param name="LegalHold">Whether it is held, whatever the period.</param>
internal sealed record ObjectLock(string? Mode, DateTimeOffset? RetainUntil, bool LegalHold)
{
    public const string Governance = "GOVERNANCE";
    public const string Compliance = "COMPLIANCE";

    [JsonIgnore]
    public bool HasRetention => Mode is not null;

    /// <summary>Whether the period is not over.</summary>
    public bool IsRetained(DateTimeOffset now) => RetainUntil > now;

    /// <summary>Refuses what the lock forbids.</summary>
    /// <param name="now">The time.</param>
    /// <param name="bypassesGovernance">Whether the caller may and wants to disregard the mode <c>GOVERNANCE</c>.</param>
    /// <exception cref="AwsServiceException"><c>AccessDenied</c>.</exception>
    public void RequireDeletable(DateTimeOffset now, bool bypassesGovernance)
    {
        if (LegalHold || (IsRetained(now) && !(Mode == Governance && bypassesGovernance)))
        {
            throw Protected();
        }
    }

    /// <summary>This lock with another period, if it may be changed to it.</summary>
    /// <exception cref="AwsServiceException"><c>AccessDenied</c>.</exception>
    public ObjectLock WithRetention(string? mode, DateTimeOffset? until, DateTimeOffset now, bool bypassesGovernance)
    {
        var isWeaker = mode != Mode || until < RetainUntil;
        return IsRetained(now) && isWeaker && !(Mode == Governance && bypassesGovernance)
            ? throw Protected()
            : this with { Mode = mode, RetainUntil = until };
    }

    private static AwsServiceException Protected() =>
        new("AccessDenied", "Access Denied because object protected by object lock.", HttpStatusCode.Forbidden);
}
