using Microsoft.Net.Http.Headers;

namespace ImageApp.Web.Hosting;

/// <summary>Refuses content that nothing here could read, before it is read.</summary>
internal static class ContentTypes
{
    private const string Api = "/api";
    private const int Utf7 = 65000;

    /// <summary>Refuses what says of itself that it is no form where one is sent, and characters that nobody can decode.</summary>
    public static void UseContentTypeCheck(this WebApplication app) => app.Use(async (context, next) =>
    {
        if (Check(context) is { } problem)
        {
            await problem.ToResult().ExecuteAsync(context);
            return;
        }

        await next(context);
    });

    private static ApiProblem? Check(HttpContext context)
    {
        var request = context.Request;
        if (request.ContentType is not { Length: > 0 } text)
        {
            return null;
        }

        if (!MediaTypeHeaderValue.TryParse(text, out var type))
        {
            return Unsupported($"'{text}' is no content type; application/json is one.");
        }

        if (type.Charset.HasValue && !IsReadable(type))
        {
            return Unsupported($"The characters are encoded as '{type.Charset}', which is not known here; use utf-8.");
        }

        // Every page that takes something takes a form.
        return context.GetEndpoint() is not null
            && HttpMethods.IsPost(request.Method)
            && !request.Path.StartsWithSegments(Api, StringComparison.Ordinal)
            && !request.HasFormContentType
            ? Unsupported($"The content type is '{text}'; a form is sent as application/x-www-form-urlencoded or multipart/form-data.")
            : null;
    }

    // UTF-7 hides markup from whoever looks for it; where .NET decodes it no more it says so when it is asked for.
    private static bool IsReadable(MediaTypeHeaderValue type)
    {
        try
        {
            return type.Encoding is { CodePage: not Utf7 };
        }
        catch (NotSupportedException)
        {
            return false;
        }
    }

    private static ApiProblem Unsupported(string detail) => new(
        "unsupported-content", StatusCodes.Status415UnsupportedMediaType, "Not a content type that is taken here", detail);
}
