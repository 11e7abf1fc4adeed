using ImageApp.Core.Catalogue;

namespace ImageApp.Web.Albums;

/// <summary>Albums and favourites: their pages, their forms, their API.</summary>
internal static class AlbumServices
{
    /// <summary>Adds what the pages and the API share.</summary>
    public static void AddAlbums(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<AlbumCatalogue>();
        builder.Services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, AlbumJson.Default));
    }

    /// <summary>Maps API and forms.</summary>
    public static void MapAlbums(this IEndpointRouteBuilder app)
    {
        app.MapAlbumsApi();
        app.MapAlbumForms();
        app.MapFavourites();
    }
}
