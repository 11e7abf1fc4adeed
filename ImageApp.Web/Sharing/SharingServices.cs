using ImageApp.Core.Catalogue;

namespace ImageApp.Web.Sharing;

/// <summary>Links to a picture or an album for people who may see nothing else.</summary>
internal static class SharingServices
{
    /// <summary>Adds what pages, forms and content share.</summary>
    public static void AddSharing(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ShareCatalogue>().AddSingleton<ShareAccess>().AddSingleton<SharedOriginals>();
        builder.Services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, ShareJson.Default));
    }

    /// <summary>Maps API, forms and content.</summary>
    public static void MapSharing(this IEndpointRouteBuilder app)
    {
        app.MapSharesApi();
        app.MapShareForms();
        app.MapSharedContent();
    }
}
