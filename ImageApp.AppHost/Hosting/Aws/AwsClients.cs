using Amazon.S3;
using Amazon.SQS;
using ImageApp.AppHost.Hosting.Aws.Accounts;

namespace ImageApp.AppHost.Hosting.Aws;

/// <summary>Clients of where this application's bucket and queues are: the developer's account, or local AWS, whose address is in the
/// environment.</summary>
internal static class AwsClients
{
    /// <summary>A client of the queues.</summary>
    public static AmazonSQSClient Sqs(DeveloperAccount? account)
    {
        var config = new AmazonSQSConfig();
        Choose(config, account);
        return new AmazonSQSClient(config);
    }

    /// <summary>A client of the bucket.</summary>
    public static AmazonS3Client S3(DeveloperAccount? account)
    {
        var config = new AmazonS3Config { ForcePathStyle = Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL") is not null };
        Choose(config, account);
        return new AmazonS3Client(config);
    }

    private static void Choose(Amazon.Runtime.ClientConfig config, DeveloperAccount? account)
    {
        if (account is null)
        {
            return;
        }

        config.RegionEndpoint = account.Region;
        if (account.Profile is { } profile)
        {
            config.Profile = new Amazon.Profile(profile);
        }
    }
}
