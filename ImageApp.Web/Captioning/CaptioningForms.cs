using ImageApp.Core.Catalogue;
using ImageApp.Web.Access;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ImageApp.Web.Captioning;

/// <summary>Captions as a whole: why they pause, and having them written again. Forms and API.</summary>
internal static class CaptioningForms
{
    /// <summary>Adds what the notice reads.</summary>
    public static void AddCaptioning(this WebApplicationBuilder builder) => builder.Services.AddSingleton<CaptioningStatusCache>();

    /// <summary>Maps the routes.</summary>
    public static void MapCaptioning(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/captioning", ReadAsync).WithTags("Captioning").WithName("GetCaptioning")
            .WithSummary("Which model writes captions, whether they pause, and how many are to be written again.")
            .ForViewers();
        app.MapPost("/api/captioning/describe-all", DescribeAllAsync).WithTags("Captioning").WithName("DescribeAllAgain")
            .WithSummary("Asks for another caption of every picture whose caption is not the configured model's, nor a person's.")
            .ForOwners()
            .DisableAntiforgery();
        var forms = app.MapGroup("/captioning").DisableAntiforgery().ExcludeFromDescription().ForViewers();
        forms.MapGet("/notice", () => new RazorComponentResult<CaptioningNotice>());
        forms.MapPost("/describe-all", async (CaptioningState state, CaptioningStatusCache cache, CancellationToken cancellationToken) =>
        {
            await DescribeAllAsync(state, cache, cancellationToken);
            return TypedResults.LocalRedirect("~/");
        }).ForOwners();
        forms.MapPost("/leave", async (CaptioningState state, CaptioningStatusCache cache, CancellationToken cancellationToken) =>
        {
            await state.LeaveAsTheyAreAsync(cancellationToken);
            cache.Forget();
            return TypedResults.LocalRedirect("~/");
        }).ForOwners();
        forms.MapPost("/seen", async (CaptioningState state, CaptioningStatusCache cache, CancellationToken cancellationToken) =>
        {
            await state.SeeHintAsync(cancellationToken);
            cache.Forget();
            return TypedResults.LocalRedirect("~/");
        }).ForOwners();
    }

    private static async Task<Ok<CaptioningResponse>> ReadAsync(CaptioningState state, CancellationToken cancellationToken) =>
        TypedResults.Ok(CaptioningResponse.From(await state.ReadAsync(cancellationToken)));

    private static async Task<Ok<CaptioningResponse>> DescribeAllAsync(
        CaptioningState state, CaptioningStatusCache cache, CancellationToken cancellationToken)
    {
        await state.DescribeAllAgainAsync(cancellationToken);
        cache.Forget();
        return await ReadAsync(state, cancellationToken);
    }
}
