using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace ImageApp.Tests.Application;

/// <summary>Puts pictures into the running application.</summary>
internal static class UploadedPictures
{
    /// <summary>Uploads a file and waits until it has a thumbnail and a caption.</summary>
    public static async Task<JsonObject> UploadAsync(this RunningApplication app, string name, byte[] content)
    {
        var part = new ByteArrayContent(content);
        part.Headers.ContentDisposition = new ContentDispositionHeaderValue("form-data") { Name = "file", FileNameStar = name };
        using var form = new MultipartFormDataContent { part };
        using var answer = await app.Web.PostAsync("/api/images", form, TestContext.Current.CancellationToken);
        var created = (await answer.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!;
        return await app.WaitForImageAsync((long)created["images"]![0]!["id"]!, RunningApplication.IsFinished);
    }

    /// <summary>Asks as a browser does that opens a page.</summary>
    public static async Task<HttpResponseMessage> SendAsPersonAsync(
        this HttpClient web, HttpMethod method, string address, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, address) { Content = content };
        request.Headers.Accept.ParseAdd("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
        return await web.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>A form's fields.</summary>
    public static FormUrlEncodedContent Fields(params (string Name, string Value)[] fields) =>
        new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
}
