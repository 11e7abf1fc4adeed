using ImageApp.Core.Catalogue;

namespace ImageApp.Web.Pictures;

/// <summary>Pictures in the gallery: their pages, their forms, their API.</summary>
internal static class PictureServices
{
    /// <summary>Adds what the pages and the API share.</summary>
    public static void AddPictures(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<MonthCounts>();
        builder.Services.AddSingleton<PictureRestart>();
        builder.Services.AddSingleton<RenderedPages>();
        builder.Services.AddSingleton(provider => new PageVersions(
            provider.GetRequiredService<GalleryCatalogue>().ReadVersionAsync,
            provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping));
    }

    /// <summary>Answers with pages as they were rendered before, while they are right. Behind whatever says who asks.</summary>
    public static void UseRenderedPages(this WebApplication app)
    {
        var pages = app.Services.GetRequiredService<RenderedPages>();
        app.Use(pages.AnswerAsync);
    }

    /// <summary>Maps API and forms.</summary>
    public static void MapPictures(this IEndpointRouteBuilder app)
    {
        app.MapImagesApi();
        app.MapGalleryForms();
    }
}
