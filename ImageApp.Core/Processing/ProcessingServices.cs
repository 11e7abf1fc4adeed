using System.Diagnostics.CodeAnalysis;
using Amazon.S3;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MySqlConnector;

namespace ImageApp.Core.Processing;

/// <summary>What both functions are made of.</summary>
public static class ProcessingServices
{
    /// <summary>Adds the catalogue, the bucket, the limits and the processor of events around a step.</summary>
    /// <exception cref="ArgumentException">A setting is missing or not valid; the message names it.</exception>
    public static IServiceCollection AddImageProcessing<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TStep>(this IServiceCollection services, IConfiguration configuration)
        where TStep : class, IImageStep
    {
        var connection = configuration.GetConnectionString("imagedb") is { Length: > 0 } text
            ? text
            : throw new ArgumentException("ConnectionStrings:imagedb is missing: the connection string of the catalogue's database.");
        var bucket = new BucketOptions { BucketName = configuration[$"{BucketOptions.Section}:{nameof(BucketOptions.BucketName)}"] ?? "" };
        if (bucket.BucketName.Length == 0)
        {
            throw new ArgumentException($"{BucketOptions.Section}:{nameof(BucketOptions.BucketName)} is missing: the name of the bucket, an output of the events stack.");
        }

        services.AddSingleton(bucket);
        services.AddSingleton((configuration.GetSection(ImageLimits.Section).Get<ImageLimits>() ?? new ImageLimits()).Validated());
        services.AddSingleton(provider => new MySqlDataSourceBuilder(connection).UseLoggerFactory(provider.GetService<ILoggerFactory>()).UseIamAuthentication(configuration).Build());
        services.AddSingleton<ImageCatalogue>();
        services.AddSingleton<IAmazonS3>(_ => ObjectStorage.CreateClient());
        services.AddSingleton<IImageStep, TStep>();
        services.AddSingleton<ImageEventProcessor>();
        return services;
    }
}
