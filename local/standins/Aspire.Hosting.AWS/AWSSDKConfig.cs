using Amazon;

namespace Aspire.Hosting.AWS;

/// <inheritdoc cref="IAWSSDKConfig"/>
internal sealed class AWSSDKConfig : IAWSSDKConfig
{
    public string? Profile { get; set; }

    public RegionEndpoint? Region { get; set; }
}
