using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace ImageApp.Web.Hosting;

/// <summary>Has every form read by <see cref="CheckedForm"/>.</summary>
internal static class CheckedForms
{
    /// <summary>Takes its place before anything reads a form.</summary>
    public static void UseCheckedForms(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<FormOptions>>().Value;
        app.Use((context, next) =>
        {
            context.Features.Set<IFormFeature>(new CheckedForm(context.Request, new FormFeature(context.Request, options)));
            return next(context);
        });
    }
}
