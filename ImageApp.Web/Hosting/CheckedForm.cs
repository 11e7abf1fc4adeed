using Microsoft.AspNetCore.Http.Features;

namespace ImageApp.Web.Hosting;

/// <summary>A request's form. What is wrong with it is the client's mistake, in words, whoever reads it.</summary>
internal sealed class CheckedForm(HttpRequest request, IFormFeature form) : IFormFeature
{
    // A selection names many pictures, a token many scopes; everything else is said once.
    private static readonly string[] Repeated = ["id", "scope"];

    /// <inheritdoc/>
    public bool HasFormContentType => form.HasFormContentType;

    /// <inheritdoc/>
    public IFormCollection? Form
    {
        get => form.Form;
        set => form.Form = value;
    }

    /// <inheritdoc/>
    public IFormCollection ReadForm() => ReadFormAsync(CancellationToken.None).GetAwaiter().GetResult();

    /// <inheritdoc/>
    /// <exception cref="BadHttpRequestException">It is no form, or not a whole one; the message says why.</exception>
    public async Task<IFormCollection> ReadFormAsync(CancellationToken cancellationToken)
    {
        if (!HasFormContentType)
        {
            throw new BadHttpRequestException(
                $"The content type is '{request.ContentType}'; a form is sent as application/x-www-form-urlencoded or multipart/form-data.",
                StatusCodes.Status415UnsupportedMediaType);
        }

        try
        {
            return Check(await form.ReadFormAsync(cancellationToken));
        }
        catch (InvalidDataException e)
        {
            throw new BadHttpRequestException($"The form is malformed, or too much: {e.Message}", e);
        }
        catch (IOException e) when (e is not BadHttpRequestException && !request.HttpContext.RequestAborted.IsCancellationRequested)
        {
            throw new BadHttpRequestException($"The form is cut short: {e.Message}", e);
        }
    }

    private static IFormCollection Check(IFormCollection form) =>
        form.FirstOrDefault(field => field.Value.Count > 1 && !Repeated.Contains(field.Key)) is { Key: { } name }
            ? throw new BadHttpRequestException($"The form has the field '{name}' more than once; of the fields only 'id' may be repeated.")
            : form;
}
