using Amazon.S3;
using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Storage;
using ImageApp.Web.Apis;
using ImageApp.Web.Catalogue;
using ImageApp.Web.Changes;
using ImageApp.Web.Deletion;
using ImageApp.Web.Health;
using ImageApp.Web.Problems;
using ImageApp.Web.Reconciliation;
using ImageApp.Web.Uploads;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using MySqlConnector;

namespace ImageApp.Web;

/// <summary>What the gallery is made of.</summary>
internal static class GalleryServices
{
    /// <summary>Adds the catalogue, the bucket, uploads, live changes, the reconciler and the pages.</summary>
    public static void AddImageGallery(this WebApplicationBuilder builder)
    {
        var services = builder.Services;

        services.AddOptions<BucketOptions>().BindConfiguration(BucketOptions.Section)
            .Validate(options => options.BucketName.Length > 0, $"{BucketOptions.Section}:{nameof(BucketOptions.BucketName)} is missing: the name of the bucket, an output of the events stack.")
            .ValidateOnStart();
        services.AddOptions<ReconcilerOptions>().BindConfiguration(ReconcilerOptions.Section)
            .Validate(options => options.Interval > TimeSpan.Zero && options.Quiet > TimeSpan.Zero && options.MaxAttempts > 0, $"{ReconcilerOptions.Section}: Interval, Quiet and MaxAttempts must be above zero.")
            .ValidateOnStart();
        services.AddOptions<DeletionOptions>().BindConfiguration(DeletionOptions.Section)
            .Validate(options => options.UndoWindow >= TimeSpan.Zero && options.KeepRows > options.UndoWindow, $"{DeletionOptions.Section}: UndoWindow must not be negative, and KeepRows must be longer.")
            .ValidateOnStart();
        var limits = (builder.Configuration.GetSection(ImageLimits.Section).Get<ImageLimits>() ?? new ImageLimits()).Validated();
        services.AddSingleton(limits);

        if (string.Equals(builder.Configuration[CatalogueConnection.IamSetting], "true", StringComparison.OrdinalIgnoreCase))
        {
            // In place of the data source with a password: the integration has no place for a token.
            services.AddSingleton(provider => new MySqlDataSourceBuilder(builder.Configuration.GetConnectionString("imagedb") ?? "")
                .UseLoggerFactory(provider.GetRequiredService<ILoggerFactory>()).UseIamAuthentication(builder.Configuration).Build());
        }

        services.AddSingleton<ImageCatalogue>();
        services.AddSingleton<IAmazonS3>(_ => ObjectStorage.CreateClient());
        services.AddSingleton<WebMetrics>();
        services.AddSingleton<ImageUploader>();
        services.AddSingleton<ImagePipeline>();
        services.AddSingleton<ChangeFeed>();

        services.AddHostedService<CatalogueSetup>();
        services.AddHostedService(provider => provider.GetRequiredService<ChangeFeed>());
        services.AddHostedService<Reconciler>();
        services.AddHostedService<DeletionWorker>();

        // A dependency that is away makes this instance degraded, not useless: replacing it would not bring the dependency back.
        services.AddHealthChecks().AddCheck<BucketHealthCheck>("S3", HealthStatus.Degraded, timeout: TimeSpan.FromSeconds(2));
        services.PostConfigure<HealthCheckServiceOptions>(options =>
        {
            foreach (var check in options.Registrations.Where(check => check.Name == "MySql"))
            {
                check.FailureStatus = HealthStatus.Degraded;
                check.Timeout = TimeSpan.FromSeconds(2);
            }
        });

        services.AddProblemDetails();
        services.AddExceptionHandler<DependencyExceptionHandler>();
        services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default));
        services.AddOpenApi("v1");
        services.AddRazorComponents();
        // Pages hold no secret that a guess could be tested against, so compressing them gives nothing away (BREACH).
        services.AddResponseCompression(options =>
        {
            options.EnableForHttps = true;
            options.MimeTypes = ["text/html", "application/json", "application/problem+json"];
        });

        var longestUpload = (limits.MaxBytes * limits.MaxFilesPerRequest) + (1024 * 1024);
        services.Configure<KestrelServerOptions>(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = longestUpload;
        });
        services.Configure<FormOptions>(options => options.MultipartBodyLengthLimit = longestUpload);
    }
}
