using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace ImageApp.Tests.Application;

/// <summary>What is missing, refused or changed meanwhile: pages for people, problems for programs, by what they accept.</summary>
public sealed class ProblemTests(RunningApplication fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/no/such/page", 404)]
    [InlineData("/images/999999999/thumbnail", 404)]
    [InlineData("/images/999999999/rendition/400", 404)]
    [InlineData("/api/images/999999999", 404)]
    [InlineData("/images/nonsense", 404)]
    [InlineData("/api/images?limit=0", 400)]
    [InlineData("/api/images?limit=x", 400)]
    public async Task People_get_a_page_and_programs_get_a_problem(string address, int status)
    {
        var app = await fixture.StartAsync();
        using var page = await app.Web.SendAsPersonAsync(HttpMethod.Get, address);
        Assert.Equal((status, "text/html"), ((int)page.StatusCode, page.Content.Headers.ContentType?.MediaType));
        var html = await page.Content.ReadAsStringAsync(Cancel);
        Assert.Contains("<h1>", html);
        Assert.Contains("href=\"/\"", html);
        Assert.True(page.Headers.Contains("Content-Security-Policy"));

        foreach (var accept in new[] { null, "*/*", "application/json", "application/json, text/html;q=0.5" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            if (accept is not null)
            {
                request.Headers.Accept.ParseAdd(accept);
            }

            using var problem = await app.Web.SendAsync(request, Cancel);
            Assert.Equal(
                (status, "application/problem+json"),
                ((int)problem.StatusCode, problem.Content.Headers.ContentType?.MediaType)
            );
            Assert.Equal(status, (int)(await problem.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["status"]!);
        }
    }

    [Theory]
    [InlineData("/images/999999", "There is no such picture", "/trash")]
    [InlineData("/albums/999999", "There is no such album", "/albums")]
    public async Task What_is_missing_says_so_in_its_own_words_and_leads_on(string path, string words, string link)
    {
        var app = await fixture.StartAsync();
        using var page = await app.Web.SendAsPersonAsync(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
        var html = await page.Content.ReadAsStringAsync(Cancel);
        Assert.Contains(words, html, StringComparison.Ordinal);
        Assert.Contains($"href=\"{link}\"", html, StringComparison.Ordinal);
        using var problem = await app.Web.GetAsync(path, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, problem.StatusCode);
        Assert.Equal("application/problem+json", problem.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task The_page_of_a_picture_that_is_not_there_is_a_page()
    {
        var app = await fixture.StartAsync();
        using var page = await app.Web.SendAsPersonAsync(HttpMethod.Get, "/images/999999");
        Assert.Equal((HttpStatusCode.NotFound, "text/html"), (page.StatusCode, page.Content.Headers.ContentType?.MediaType));
    }

    [Theory]
    [InlineData("/", "text/html")]
    [InlineData("/trash", "text/html")]
    [InlineData("/api/images", "application/json")]
    [InlineData("/openapi/v1.json", "application/json")]
    [InlineData("/api/events", "text/event-stream")]
    [InlineData("/health", "application/json")]
    [InlineData("/tiles?ids=1", "text/html")]
    [InlineData("/gallery.css", "text/css")]
    public async Task Head_is_answered_wherever_get_is_and_without_content(string address, string type)
    {
        var app = await fixture.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Head, address);
        using var answer = await app.Web.SendAsync(request, Cancel);
        Assert.Equal((HttpStatusCode.OK, type), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Cancel));
    }

    [Fact]
    public async Task Head_of_what_is_not_there_says_so()
    {
        var app = await fixture.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, await HeadAsync("/no/such/page"));
        Assert.Equal(HttpStatusCode.NotFound, await HeadAsync("/images/999999999"));
        Assert.Equal(HttpStatusCode.NotFound, await HeadAsync("/images/999999999/original"));

        async Task<HttpStatusCode> HeadAsync(string address)
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, address);
            return (await app.Web.SendAsync(request, Cancel)).StatusCode;
        }
    }

    [Fact]
    public async Task A_correction_of_a_caption_that_was_changed_meanwhile_is_refused_and_says_what_it_is_now()
    {
        var app = await fixture.StartAsync();
        var id = (long)(await app.UploadAsync("corrected.jpg", TestImages.Jpeg(507, 301)))["id"]!;
        using var seen = await app.Web.GetAsync($"/api/images/{id}", Cancel);
        var tag = seen.Headers.ETag!;
        var captionTag = (await seen.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["captionTag"];
        Assert.StartsWith($"\"{captionTag}.", tag.Tag, StringComparison.Ordinal);

        using var first = await PutAsync("The first.", tag);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        using var second = await PutAsync("The second.", tag);
        Assert.Equal(HttpStatusCode.PreconditionFailed, second.StatusCode);
        Assert.Equal(first.Headers.ETag, second.Headers.ETag);
        var problem = (await second.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
        Assert.Equal(("urn:imageapp:problem:caption-changed", "The first."), ((string?)problem["type"], (string?)problem["caption"]));

        using var again = await PutAsync("Both.", tag, second.Headers.ETag!);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await PutAsync("Any.", EntityTagHeaderValue.Any)).StatusCode);
        var weak = new EntityTagHeaderValue(tag.Tag, isWeak: true);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await PutAsync("Weak.", weak)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await PutAsync("None.")).StatusCode);
        Assert.Equal("None.", (string?)(await app.WaitForImageAsync(id, _ => true))["caption"]);

        Task<HttpResponseMessage> PutAsync(string caption, params EntityTagHeaderValue[] tags)
        {
            var request = new HttpRequestMessage(HttpMethod.Put, $"/api/images/{id}/caption")
            {
                Content = JsonContent.Create(new { caption }),
            };
            foreach (var one in tags)
            {
                request.Headers.IfMatch.Add(one);
            }

            return app.Web.SendAsync(request, Cancel);
        }
    }

    [Fact]
    public async Task The_form_shows_both_texts_and_saves_the_typed_one_when_it_is_sent_again()
    {
        var app = await fixture.StartAsync();
        var image = await app.UploadAsync("both texts.jpg", TestImages.Jpeg(508, 301));
        var address = $"/images/{image["id"]}/caption";
        var seen = (string)image["captionTag"]!;
        await app.Web.PutAsJsonAsync($"/api/images/{image["id"]}/caption", new { caption = "<Another> person's." }, Cancel);

        using var answer = await app.Web.SendAsPersonAsync(
            HttpMethod.Post, address, UploadedPictures.Fields(("caption", "What I \"typed\"."), ("tag", seen), ("back", "/?q=x")));
        Assert.Equal(HttpStatusCode.PreconditionFailed, answer.StatusCode);
        var html = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Cancel));
        Assert.Contains("<Another> person's.", html);
        Assert.Contains("What I \"typed\".", html);
        Assert.Contains("value=\"/?q=x\"", html);

        // A program, a script among them, gets the same as a problem.
        using var script = await app.Web.PostAsync(address, UploadedPictures.Fields(("caption", "Mine."), ("tag", seen)), Cancel);
        var problem = (await script.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
        Assert.Equal("<Another> person's.", (string?)problem["caption"]);

        var now = (string)problem["captionTag"]!;
        Assert.Contains($"value=\"{now}\"", html);
        using var saved = await app.Web.SendAsPersonAsync(
            HttpMethod.Post, address, UploadedPictures.Fields(("caption", "What I \"typed\"."), ("tag", now)));
        Assert.Equal(HttpStatusCode.OK, saved.StatusCode);
        Assert.Equal("What I \"typed\".", (string?)(await app.WaitForImageAsync((long)image["id"]!, _ => true))["caption"]);
    }
}
