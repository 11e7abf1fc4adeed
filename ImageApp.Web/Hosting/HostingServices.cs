using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Storage;
using ImageApp.ServiceDefaults;
using ImageApp.Web.Access;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using MySqlConnector;

namespace ImageApp.Web.Hosting;

/// <summary>What every feature stands on: catalogue, bucket, limits, problems, pages.</summary>
internal static class HostingServices
{
    /// <summary>
    /// How long a quiet connection stays open. Longer than the load balancer's (300 s, <c>deploy/web.yaml</c>): whoever closes first must
    /// be the one who knows that no request is under way, or a request meets a closed connection and the answer is 502.
    /// </summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(330);

    // What is no file is a few fields, or a selection.
    private const long MaxBody = 1024 * 1024;

    // A page of pictures grows while it is scrolled, and all of them can be selected.
    private const int MaxFormValues = 10_000;

    /// <summary>Adds it.</summary>
    /// <exception cref="ArgumentException">A setting is missing or not valid; the message names it.</exception>
    public static void AddHosting(this WebApplicationBuilder builder)
    {
        var limits = (builder.Configuration.GetSection(ImageLimits.Section).Get<ImageLimits>() ?? new ImageLimits()).Validated();
        builder.Services.AddSingleton(limits);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddImageBucket(builder.Configuration);
        builder.AddDatabase();
        builder.Services.AddDependencyChecks();
        builder.Services.AddBodySizes();
        _ = BoundProxies(builder.Configuration);

        builder.Services.AddSingleton<IProblemDetailsWriter, ProblemPageWriter>();
        builder.Services.AddProblemDetails(options => options.CustomizeProblemDetails = ProblemStatus.Explain);
        builder.Services.AddExceptionHandler<ClientMistakeHandler>().AddExceptionHandler<DependencyExceptionHandler>();
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        builder.Services.AddHsts(options => options.MaxAge = TimeSpan.FromDays(365));
        builder.Services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default));
        builder.Services.AddOpenApi("v1");
        builder.Services.AddRazorComponents();

        // Pages hold no secret that a guess could be tested against, so compressing them gives nothing away (BREACH).
        builder.Services.AddResponseCompression(options =>
        {
            options.EnableForHttps = true;
            options.MimeTypes = ["text/html", "application/json", "application/problem+json"];
        });
    }

    /// <summary>Handles exceptions, and says to browsers what they may do.</summary>
    public static void UseHosting(this WebApplication app)
    {
        if (BoundProxies(app.Configuration).ToForwardedHeaders() is { } forwarded)
        {
            app.UseForwardedHeaders(forwarded);
        }

        app.UseHealthAnswers();
        app.UseHsts();
        app.UseSecurityHeaders();
        app.UseExceptionHandler(new ExceptionHandlerOptions { StatusCodeSelector = ProblemStatus.Of });
        app.UseStatusCodePages();
        app.UseRoutingOfHead();
        app.UseResponseCompression();
        app.UseCrossOriginProtection();
        app.UseAccess();
        app.UseContentTypeCheck();
        app.UseCheckedForms();
    }

    /// <summary>Maps the pages of all features. Forms are sent to routes; a page would refuse them in a framework's words.</summary>
    public static void MapPages(this WebApplication app) =>
        app.MapRazorComponents<App>().DisableAntiforgery().Finally(page =>
        {
            page.Metadata.Remove(page.Metadata.OfType<HttpMethodMetadata>().Single());
            page.Metadata.Add(new HttpMethodMetadata([HttpMethods.Get]));
        });

    private static ProxyOptions BoundProxies(IConfiguration configuration) =>
        (configuration.GetSection(ProxyOptions.Section).Get<ProxyOptions>() ?? new ProxyOptions()).Validated();

    private static void AddDatabase(this WebApplicationBuilder builder)
    {
        // The driver's spans say Open and Execute; the catalogue's own say what for.
        builder.AddMySqlDataSource("imagedb", settings => settings.DisableTracing = true);
        if (CatalogueConnection.UsesIam(builder.Configuration))
        {
            // In place of the data source with a password: the integration has no place for a token.
            builder.Services.AddSingleton(provider => new MySqlDataSourceBuilder(builder.Configuration.GetConnectionString("imagedb") ?? "")
                .UseLoggerFactory(provider.GetRequiredService<ILoggerFactory>())
                .UseIamAuthentication(builder.Configuration, provider.GetRequiredService<TimeProvider>())
                .Build());
        }

        builder.Services.AddCatalogue();
    }

    // A dependency that is away makes this instance degraded, not useless: replacing it would not bring the dependency back.
    private static void AddDependencyChecks(this IServiceCollection services)
    {
        var timeout = TimeSpan.FromSeconds(2);
        services.AddHealthChecks().AddCheck<BucketHealthCheck>("S3", HealthStatus.Degraded, timeout: timeout);
        services.PostConfigure<HealthCheckServiceOptions>(options =>
        {
            foreach (var check in options.Registrations.Where(check => check.Name == "MySql"))
            {
                check.FailureStatus = HealthStatus.Degraded;
                check.Timeout = timeout;
            }
        });
    }

    private static void AddBodySizes(this IServiceCollection services)
    {
        services.Configure<KestrelServerOptions>(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = MaxBody;
            options.Limits.KeepAliveTimeout = KeepAlive;
        });
        services.Configure<FormOptions>(options =>
        {
            options.MultipartBodyLengthLimit = MaxBody;
            options.ValueCountLimit = MaxFormValues;
        });
    }
}
