using System.Globalization;
using System.Text;
using Amazon.S3.Model;
using Aspire.Hosting.AWS.CloudFormation;
using ImageApp.AppHost.Hosting.Aws.Accounts;
using Microsoft.Extensions.DependencyInjection;

namespace ImageApp.AppHost.Hosting.Aws;

/// <summary>Opens the bucket from the dashboard.</summary>
internal static class BucketCommandExtensions
{
    private const int MostObjects = 200;
    private static readonly TimeSpan LinkLifetime = TimeSpan.FromMinutes(15);

    /// <summary>Adds a command that lists the bucket's objects with links that open them for a while.</summary>
    public static IResourceBuilder<ICloudFormationTemplateResource> WithBucketCommand(
        this IResourceBuilder<ICloudFormationTemplateResource> stack,
        DeveloperAccount? account
    ) =>
        stack
            .WithIconName("CloudFlow")
            .WithCommand(
                "open-bucket",
                "Open the bucket",
                context =>
                    OpenAsync(
                        stack.Resource.Name,
                        context.Services.GetRequiredService<ResourceNotificationService>(),
                        account,
                        context.CancellationToken
                    ),
                new CommandOptions
                {
                    Description = "Lists the newest objects of the bucket, with links that work for 15 minutes.",
                    IconName = "FolderOpen",
                    UpdateState = context =>
                        context.ResourceSnapshot.State?.Text == KnownResourceStates.Running
                            ? ResourceCommandState.Enabled
                            : ResourceCommandState.Disabled,
                }
            );

    private static async Task<ExecuteCommandResult> OpenAsync(
        string stack,
        ResourceNotificationService notifications,
        DeveloperAccount? account,
        CancellationToken cancellationToken
    )
    {
        var made = await notifications.WaitForResourceAsync(
            stack,
            change => change.Snapshot.State?.Text == KnownResourceStates.Running,
            cancellationToken
        );
        var bucket = (string)made.Snapshot.Properties.First(property => property.Name == "aws.cloudformation.output.BucketName").Value!;
        using var s3 = AwsClients.S3(account);
        var objects = new List<S3Object>();
        await foreach (
            var item in s3
                .Paginators.ListObjectsV2(new ListObjectsV2Request { BucketName = bucket })
                .S3Objects.WithCancellation(cancellationToken)
        )
        {
            objects.Add(item);
        }

        var text = new StringBuilder("| object | bytes | changed |\n|---|---:|---|\n");
        foreach (var item in objects.OrderByDescending(item => item.LastModified).Take(MostObjects))
        {
            var link = await s3.GetPreSignedURLAsync(
                new GetPreSignedUrlRequest
                {
                    BucketName = bucket,
                    Key = item.Key,
                    Expires = DateTime.UtcNow + LinkLifetime,
                    Protocol =
                        s3.Config.ServiceURL?.StartsWith("http://", StringComparison.Ordinal) == true
                            ? Amazon.S3.Protocol.HTTP
                            : Amazon.S3.Protocol.HTTPS,
                }
            );
            text.Append(CultureInfo.InvariantCulture, $"| [{item.Key}]({link}) | {item.Size} | {item.LastModified:u} |\n");
        }

        var summary =
            objects.Count > MostObjects
                ? $"{bucket}: the newest {MostObjects} of {objects.Count} objects"
                : $"{bucket}: {objects.Count} objects";
        return CommandResults.Success(summary, text.ToString(), CommandResultFormat.Markdown, displayImmediately: true);
    }
}
