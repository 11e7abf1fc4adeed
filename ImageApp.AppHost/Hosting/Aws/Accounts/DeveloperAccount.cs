using System.Text.RegularExpressions;
using Amazon;
using Microsoft.Extensions.Configuration;

namespace ImageApp.AppHost.Hosting.Aws.Accounts;

/// <summary>An AWS account of the developer's own, which takes the place of local S3, SNS, SQS and CloudFormation; the functions still run
/// on this machine.</summary>
/// <param name="Profile">The credential profile, or null for the ambient credentials (environment, instance role).</param>
/// <param name="Region">Where the stack is.</param>
/// <param name="StackName">The stack's name, with the user's in it.</param>
internal sealed partial record DeveloperAccount(string? Profile, RegionEndpoint Region, string StackName)
{
    // What the template allows for the first part of the bucket's name, less what is added to it there.
    private const int LongestName = 28;

    /// <summary>The account that <c>AWS:Profile</c>, or <c>AWS:UseAccount</c> (<c>./run --aws</c>), asks for; null where everything stays
    /// on this machine.</summary>
    public static DeveloperAccount? From(IConfiguration configuration)
    {
        var profile = configuration["AWS:Profile"] is { Length: > 0 } named ? named : null;
        if (profile is null && !configuration.GetValue("AWS:UseAccount", false))
        {
            return null;
        }

        var region = configuration["AWS:Region"] ?? configuration["AWS_REGION"] ?? configuration["AWS_DEFAULT_REGION"];
        return new DeveloperAccount(
            profile,
            RegionEndpoint.GetBySystemName(region is { Length: > 0 } ? region : "us-east-1"),
            configuration["AWS:StackName"] is { Length: > 0 } name ? name : NameOf(Environment.UserName)
        );
    }

    /// <summary>The stack of a user, for example <c>imageapp-jane-doe</c>. <c>./run --aws --down</c> makes the same name.</summary>
    public static string NameOf(string user)
    {
        var name = $"imageapp-{Other().Replace(user.ToLowerInvariant(), "-").Trim('-')}";
        return name[..Math.Min(name.Length, LongestName)].TrimEnd('-');
    }

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex Other();
}
