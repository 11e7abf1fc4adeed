using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ImageApp.Tests.Database;
using MySqlConnector;

namespace ImageApp.Tests.Access;

/// <summary>Tokens for scripts: told once, stored as a hash, never above their person, ended when they are.</summary>
public sealed partial class AccessTokenTests(DatabaseServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_does_what_its_scope_says_as_long_as_it_is_good()
    {
        await using var gallery = await GuardedGallery.StartAsync(server, "private", new Dictionary<string, string>
        {
            ["Access__CheckEvery"] = "00:00:01",
        });
        using var olga = await gallery.SignInAsync("olga");
        using var carl = await gallery.SignInAsync("carl");
        olga.Accept = carl.Accept = "application/json";
        var (readId, read) = await MakeAsync(gallery, olga, new { name = "backup", scope = "read" });
        var (_, write) = await MakeAsync(gallery, olga, new { name = "camera", scope = "write", expiresInDays = 7 });
        var (_, owner) = await MakeAsync(gallery, olga, new { name = "janitor", scope = "owner" });
        Assert.All([read, write, owner], token => Assert.Matches(Token(), token));

        // Only hashes are stored, in whatever column.
        foreach (var table in new[] { "access_tokens", "people", "sessions", "data_protection_keys" })
        {
            foreach (var row in await gallery.ReadAsync($"SELECT * FROM {table}"))
            {
                Assert.DoesNotContain(read, row, StringComparison.Ordinal);
            }
        }

        Assert.Equal(["32", "32", "32"], await gallery.ReadAsync("SELECT LENGTH(token_hash) FROM access_tokens"));

        foreach (var (token, path, method, expected) in new[]
        {
            (read, "/api/images", "GET", HttpStatusCode.OK),
            (read, "/api/albums", "POST", HttpStatusCode.Forbidden),
            (read, "/api/shares", "GET", HttpStatusCode.Forbidden),
            (write, "/api/images", "GET", HttpStatusCode.OK),
            (write, "/api/albums", "POST", HttpStatusCode.Created),
            (write, "/api/images/5", "DELETE", HttpStatusCode.Forbidden),
            (owner, "/api/shares", "GET", HttpStatusCode.OK),
            (owner, "/api/images/5", "DELETE", HttpStatusCode.NotFound),

            // A token makes no tokens, and ends none: it would outlive its revocation.
            (owner, "/api/tokens", "GET", HttpStatusCode.Forbidden),
            (owner, "/api/tokens", "POST", HttpStatusCode.Forbidden),
            (owner, $"/api/tokens/{readId}", "DELETE", HttpStatusCode.Forbidden),
            (owner, "/account/tokens", "POST", HttpStatusCode.Forbidden),
        })
        {
            using var answer = await AskAsync(gallery, $"Bearer {token}", path, method);
            Assert.True(expected == answer.StatusCode, $"{method} {path}: {(int)answer.StatusCode}, not {(int)expected}");
            if (expected == HttpStatusCode.Forbidden)
            {
                Assert.Contains("insufficient_scope", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
            }
        }

        // What is none of ours, however it looks; the scheme in whatever case.
        using (var lower = await AskAsync(gallery, $"bearer {read}", "/api/images"))
        {
            Assert.Equal(HttpStatusCode.OK, lower.StatusCode);
        }

        foreach (var header in new[]
        {
            "Bearer ", "Bearer x", $"Bearer {read}x", $"Bearer {read[..^1]}", $"Bearer {read.ToUpperInvariant()}",
            $"Bearer imageapp_{new string('A', 43)}", $"Bearer {read} {read}", "Bearer ' OR 1=1 --", $"Bearer {new string('x', 4000)}",
        })
        {
            using var answer = await AskAsync(gallery, header, "/api/images");
            Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, header);
            Assert.Contains("invalid_token", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        }

        // Neither in the address nor in a cookie.
        using (var query = await AskAsync(gallery, null, $"/api/images?access_token={read}"))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, query.StatusCode);
        }

        // Who it is of and when it was used is listed, to an owner of everybody; others see their own alone.
        await MakeAsync(gallery, carl, new { name = "carl's", scope = "read" });
        var all = await ListAsync(gallery, olga);
        Assert.Equal(["backup", "camera", "carl's", "janitor"], all.Select(token => (string)token["name"]!).Order(StringComparer.Ordinal));
        Assert.NotNull(all.Single(token => (string)token["name"]! == "backup")["lastUsedAt"]);
        Assert.Null(all.Single(token => (string)token["name"]! == "carl's")["lastUsedAt"]);
        Assert.DoesNotContain(read, string.Concat(all.Select(token => token.ToJsonString())), StringComparison.Ordinal);
        Assert.Equal("carl's", (string)Assert.Single(await ListAsync(gallery, carl))["name"]!);
        using (var foreign = await carl.SendAsync(HttpMethod.Delete, gallery.At($"/api/tokens/{readId}")))
        {
            Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        }

        // Above one's own role there is none to be had.
        foreach (var (body, status) in new (object, HttpStatusCode)[]
        {
            (new { name = "more", scope = "owner" }, HttpStatusCode.Forbidden),
            (new { name = "more", scope = "admin" }, HttpStatusCode.BadRequest),
            (new { name = "", scope = "read" }, HttpStatusCode.BadRequest),
            (new { name = "long", scope = "read", expiresInDays = 366 }, HttpStatusCode.BadRequest),
        })
        {
            using var answer = await carl.SendAsync(HttpMethod.Post, gallery.At("/api/tokens"), JsonContent.Create(body));
            Assert.Equal(status, answer.StatusCode);
        }

        // Revoked, expired, or of somebody who has not been seen for long: the same 401.
        using (var revoked = await olga.SendAsync(HttpMethod.Delete, gallery.At($"/api/tokens/{readId}")))
        {
            Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        }

        await RefusedAsync(gallery, read);
        await ExecuteAsync(gallery, "UPDATE access_tokens SET expires_at = CURRENT_TIMESTAMP(3) - INTERVAL 1 SECOND WHERE name = 'camera'");
        await RefusedAsync(gallery, write);

        // A person who is owner no more has no owner's tokens either; who was removed has none at all.
        gallery.Provider.People["olga"] = new ProviderAccount("olga", "viewer");
        await Eventually.HoldsAsync(
            async () =>
            {
                using var session = await olga.SendAsync(HttpMethod.Get, gallery.At("/api/images"));
                using var answer = await AskAsync(gallery, $"Bearer {owner}", "/api/shares");
                return answer.StatusCode == HttpStatusCode.Forbidden;
            },
            "the token is a viewer's");
        using (var looks = await AskAsync(gallery, $"Bearer {owner}", "/api/images"))
        {
            Assert.Equal(HttpStatusCode.OK, looks.StatusCode);
        }

        gallery.Provider.People.TryRemove("olga", out _);
        await Eventually.HoldsAsync(
            async () =>
            {
                using var session = await olga.SendAsync(HttpMethod.Get, gallery.At("/api/images"));
                using var answer = await AskAsync(gallery, $"Bearer {owner}", "/api/images");
                return answer.StatusCode == HttpStatusCode.Forbidden;
            },
            "the token does nothing");
        await ExecuteAsync(gallery, "UPDATE people SET seen_at = CURRENT_TIMESTAMP(3) - INTERVAL 91 DAY");
        await RefusedAsync(gallery, owner);
    }

    [Fact]
    public async Task A_bad_token_is_refused_where_everybody_may_look_too()
    {
        await using var gallery = await GuardedGallery.StartAsync(server, "public-read");
        using (var anonymous = await AskAsync(gallery, null, "/api/images"))
        {
            Assert.Equal(HttpStatusCode.OK, anonymous.StatusCode);
        }

        await RefusedAsync(gallery, $"imageapp_{new string('A', 43)}");
        using var health = await AskAsync(gallery, "Bearer x", "/health");
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    private static async Task RefusedAsync(GuardedGallery gallery, string token)
    {
        using var answer = await AskAsync(gallery, $"Bearer {token}", "/api/images");
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("invalid_token", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    private static async Task<(long Id, string Token)> MakeAsync(GuardedGallery gallery, CookieBrowser browser, object request)
    {
        using var answer = await browser.SendAsync(HttpMethod.Post, gallery.At("/api/tokens"), JsonContent.Create(request));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.True(answer.Headers.CacheControl?.NoStore);
        var made = (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
        return ((long)made["id"]!, (string)made["token"]!);
    }

    private static async Task<List<JsonObject>> ListAsync(GuardedGallery gallery, CookieBrowser browser)
    {
        using var answer = await browser.SendAsync(HttpMethod.Get, gallery.At("/api/tokens"));
        return [.. (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["tokens"]!.AsArray().OfType<JsonObject>()];
    }

    private static async Task<HttpResponseMessage> AskAsync(GuardedGallery gallery, string? header, string path, string method = "GET")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", header);
        }

        if (method == "POST")
        {
            request.Content = path.StartsWith("/api", StringComparison.Ordinal)
                ? JsonContent.Create(new { title = "By a script", name = "more", scope = "read" })
                : new FormUrlEncodedContent([new("name", "more"), new("scope", "read")]);
        }

        return await gallery.Web.Http.SendAsync(request, Cancel);
    }

    private static async Task ExecuteAsync(GuardedGallery gallery, string sql)
    {
        await using var connection = new MySqlConnection(gallery.Connection);
        await connection.OpenAsync(Cancel);
        await using var command = new MySqlCommand(sql, connection);
        Assert.NotEqual(0, await command.ExecuteNonQueryAsync(Cancel));
    }

    [GeneratedRegex("^imageapp_[A-Za-z0-9_-]{43}$")]
    private static partial Regex Token();
}
