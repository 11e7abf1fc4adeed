using Amazon;

namespace Aspire.Hosting.AWS;

/// <summary>Which account and region the AWS SDK is to use.</summary>
public interface IAWSSDKConfig
{
    /// <summary>The credential profile; null for the default.</summary>
    string? Profile { get; set; }

    /// <summary>The region.</summary>
    RegionEndpoint? Region { get; set; }
}
