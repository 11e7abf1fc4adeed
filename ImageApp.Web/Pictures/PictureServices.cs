namespace ImageApp.Web.Pictures;

/// <summary>Pictures in the gallery: their pages, their forms, their API.</summary>
internal static class PictureServices
{
    /// <summary>Adds what the pages and the API share.</summary>
    public static void AddPictures(this WebApplicationBuilder builder)
    {
        builder.Services.AddMemoryCache();
        builder.Services.AddSingleton<MonthCounts>();
        builder.Services.AddSingleton<PictureRestart>();
    }

    /// <summary>Maps API and forms.</summary>
    public static void MapPictures(this IEndpointRouteBuilder app)
    {
        app.MapImagesApi();
        app.MapGalleryForms();
    }
}
