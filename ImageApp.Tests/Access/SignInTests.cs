using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ImageApp.Tests.Application;
using ImageApp.Tests.Database;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ImageApp.Tests.Access;

/// <summary>Signing in, against a real provider: what it takes, what it gives, what it refuses, and how it ends.</summary>
public sealed class SignInTests(DatabaseServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>As it is deployed: people come by HTTPS, the process listens behind a load balancer.</summary>
    [Fact]
    public async Task The_code_flow_has_PKCE_and_its_cookies_are_this_hosts_alone()
    {
        var address = new Uri("https://gallery.example/");
        await using var gallery = await GuardedGallery.StartAsync(server, "private", publicAddress: address);
        using var browser = await gallery.SignInAsync("olga");

        var asked = gallery.Provider.LastAuthorization!;
        Assert.Equal(("code", "query", "S256"), (asked.ResponseType, asked.ResponseMode ?? "query", asked.CodeChallengeMethod));
        Assert.Equal("https://gallery.example/sign-in/callback", asked.RedirectUri);
        Assert.All([asked.CodeChallenge, asked.State, asked.Nonce], text => Assert.InRange(text!.Length, 43, 4000));

        var ours = browser.SetCookies.Where(cookie => cookie.StartsWith("__Host-imageapp", StringComparison.Ordinal)).ToList();
        Assert.Contains(ours, cookie => cookie.StartsWith("__Host-imageapp=", StringComparison.Ordinal));
        Assert.Contains(ours, cookie => cookie.StartsWith("__Host-imageapp-correlation.", StringComparison.Ordinal));
        Assert.Contains(ours, cookie => cookie.StartsWith("__Host-imageapp-nonce.", StringComparison.Ordinal));
        Assert.All(ours, cookie =>
        {
            var attributes = cookie.Split(';').Skip(1).Select(part => part.Trim().ToLowerInvariant()).ToList();
            Assert.Contains("secure", attributes);
            Assert.Contains("httponly", attributes);
            Assert.Contains("samesite=lax", attributes);
            Assert.Contains("path=/", attributes);
            Assert.DoesNotContain(attributes, attribute => attribute.StartsWith("domain", StringComparison.Ordinal));
        });

        // No other cookie of the gallery's, and no token of the provider's in any.
        Assert.All(
            browser.SetCookies.Except(ours),
            cookie => Assert.StartsWith("who=", cookie, StringComparison.Ordinal));
        Assert.InRange(browser.Cookie(address, "__Host-imageapp")!.Length, 50, 1000);

        // Signing out ends the session itself: a copy of the cookie is worth nothing, and the provider's session has ended too.
        var copy = browser.Cookie(address, "__Host-imageapp")!;
        using (var answer = await browser.SendAsync(HttpMethod.Post, gallery.At("/sign-out"), new FormUrlEncodedContent([])))
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Contains("\"cache\"", answer.Headers.GetValues("Clear-Site-Data").Single(), StringComparison.Ordinal);
            var page = await answer.Content.ReadAsStringAsync(Cancel);
            var next = WebUtility.HtmlDecode(page.Split("0; url=")[1].Split('"')[0]);
            Assert.StartsWith($"{gallery.Provider.Address}logout?", next, StringComparison.Ordinal);
            var (last, where) = await browser.GoAsync(new Uri(next));
            last.Dispose();
            Assert.Equal("https://gallery.example/account", where.ToString());
        }

        Assert.Null(browser.Cookie(address, "__Host-imageapp"));
        Assert.Null(browser.Cookie(gallery.Provider.Address, "who"));
        Assert.Empty(await gallery.ReadAsync("SELECT person_id FROM sessions"));
        browser.SetCookie(address, "__Host-imageapp", copy);
        browser.Accept = "application/json";
        using var late = await browser.SendAsync(HttpMethod.Get, gallery.At("/api/images"));
        Assert.Equal(HttpStatusCode.Unauthorized, late.StatusCode);
    }

    [Fact]
    public async Task A_private_gallery_shows_nothing_and_each_role_does_its_own_part()
    {
        await using var gallery = await GuardedGallery.StartAsync(server, "private");
        using var olga = await gallery.SignInAsync("olga");
        using var carl = await gallery.SignInAsync("carl");
        using var vera = await gallery.SignInAsync("vera");
        using var nobody = await gallery.SignInAsync("nobody");
        using var stranger = gallery.Open();

        var id = await UploadAsync(gallery, carl, "confidential-heron.jpg");
        await ShowsNothingAsync(gallery, stranger, id);
        await ShowsNothingAsync(gallery, nobody, id);

        // Each does what is theirs; of the others' nothing.
        Assert.Contains("confidential-heron", await TextAsync(vera, gallery.At("/")), StringComparison.Ordinal);
        Assert.Contains("confidential-heron", await TextAsync(vera, gallery.At($"/images/{id}")), StringComparison.Ordinal);
        foreach (var (who, method, path, body, expected) in new (CookieBrowser, string, string, HttpContent?, HttpStatusCode)[]
        {
            (vera, "PUT", $"/api/images/{id}/caption", JsonContent.Create(new { caption = "x" }), HttpStatusCode.Forbidden),
            (vera, "POST", "/albums/new", Form(("title", "x")), HttpStatusCode.Forbidden),
            (vera, "POST", "/api/uploads", JsonContent.Create(new { }), HttpStatusCode.Forbidden),
            (vera, "POST", "/images/selected", Form(("id", $"{id}"), ("action", "delete")), HttpStatusCode.Forbidden),
            (vera, "POST", "/images/selected", Form(("id", $"{id}"), ("action", "download")), HttpStatusCode.OK),
            (vera, "GET", "/trash", null, HttpStatusCode.Forbidden),
            (vera, "GET", "/api/images?trash=true", null, HttpStatusCode.Forbidden),
            (vera, "GET", "/upload", null, HttpStatusCode.Forbidden),
            (carl, "PUT", $"/api/images/{id}/caption", JsonContent.Create(new { caption = "A heron." }), HttpStatusCode.OK),
            (carl, "POST", "/api/albums", JsonContent.Create(new { title = "Herons" }), HttpStatusCode.Created),
            (carl, "DELETE", $"/api/images/{id}", null, HttpStatusCode.Forbidden),
            (carl, "POST", $"/images/{id}/delete", Form(), HttpStatusCode.Forbidden),
            (carl, "POST", "/images/selected", Form(("id", $"{id}"), ("action", "purge")), HttpStatusCode.Forbidden),
            (carl, "POST", "/images/selected", Form(("id", $"{id}"), ("action", "retry")), HttpStatusCode.Forbidden),
            (carl, "POST", $"/api/images/{id}/retry", null, HttpStatusCode.Forbidden),
            (carl, "POST", "/api/captioning/describe-all", null, HttpStatusCode.Forbidden),
            (carl, "POST", "/trash/empty", Form(), HttpStatusCode.Forbidden),
            (carl, "POST", "/api/shares", JsonContent.Create(new { imageId = id }), HttpStatusCode.Forbidden),
            (olga, "POST", "/api/shares", JsonContent.Create(new { imageId = id }), HttpStatusCode.Created),
            (olga, "DELETE", $"/api/images/{id}", null, HttpStatusCode.NoContent),
            (olga, "GET", "/api/images?trash=true", null, HttpStatusCode.OK),
        })
        {
            who.Accept = "application/json";
            using var answer = await who.SendAsync(new HttpMethod(method), gallery.At(path), body);
            Assert.True(expected == answer.StatusCode, $"{method} {path}: {(int)answer.StatusCode}, not {(int)expected}");
        }

        // What a person may not do is not offered to them, and refused in words.
        vera.Accept = "text/html";
        var page = await TextAsync(vera, gallery.At("/"));
        Assert.DoesNotContain("href=\"/upload\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("href=\"/trash\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("value=\"delete\"", page, StringComparison.Ordinal);
        using var refused = await vera.SendAsync(HttpMethod.Get, gallery.At("/trash"));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("You are signed in as viewer", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        nobody.Accept = "text/html";
        using var roleless = await nobody.SendAsync(HttpMethod.Get, gallery.At("/"));
        Assert.Equal(HttpStatusCode.Forbidden, roleless.StatusCode);
        Assert.Contains("You have no role here", await roleless.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everybody_looks_at_a_public_gallery_and_nobody_changes_it_unknown()
    {
        await using var gallery = await GuardedGallery.StartAsync(server, "public-read");
        using var olga = await gallery.SignInAsync("olga");
        using var stranger = gallery.Open();
        var kept = await UploadAsync(gallery, olga, "public-swan.jpg");
        var deleted = await UploadAsync(gallery, olga, "deleted-swan.jpg");
        using (var answer = await olga.SendAsync(HttpMethod.Delete, gallery.At($"/api/images/{deleted}")))
        {
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        }

        var page = await TextAsync(stranger, gallery.At("/"));
        Assert.Contains("public-swan", page, StringComparison.Ordinal);
        Assert.DoesNotContain("deleted-swan", page, StringComparison.Ordinal);
        Assert.Contains("Sign in", page, StringComparison.Ordinal);
        foreach (var (method, path) in new[]
        {
            ("DELETE", $"/api/images/{kept}"), ("POST", $"/images/{kept}/delete"), ("POST", $"/api/images/{kept}/retry"),
            ("POST", "/api/images"), ("POST", "/api/uploads"), ("POST", "/trash/empty"), ("POST", "/albums/new"), ("POST", "/shares"),
            ("GET", "/api/images?trash=true"), ("GET", "/api/shares"), ("GET", "/api/tokens"), ("GET", $"/trash/{deleted}/thumbnail"),
        })
        {
            stranger.Accept = "application/json";
            HttpContent? content = method != "POST" ? null
                : path == "/api/images" ? new MultipartFormDataContent { { new ByteArrayContent([1]), "file", "a.jpg" } }
                : path == "/api/uploads" ? JsonContent.Create(new { fileName = "a.jpg", contentType = "image/jpeg", sizeBytes = 1 })
                : Form();
            using var answer = await stranger.SendAsync(new HttpMethod(method), gallery.At(path), content);
            Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{method} {path}: {(int)answer.StatusCode}");
            Assert.StartsWith("Bearer", answer.Headers.WwwAuthenticate.Single().ToString(), StringComparison.Ordinal);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        }

        // An address that is none is a page that says so, not a demand to sign in.
        stranger.Accept = "text/html";
        using var none = await stranger.SendAsync(HttpMethod.Get, gallery.At("/no-such-page"));
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    /// <summary>Whatever is wrong with what the provider answers, nobody is signed in, and a person is told in words.</summary>
    [Fact]
    public async Task Expired_forged_and_misdirected_identity_tokens_sign_nobody_in()
    {
        await using var gallery = await GuardedGallery.StartAsync(server, "private");
        var provider = gallery.Provider;
        var good = new SigningCredentials(provider.Key, SecurityAlgorithms.RsaSha256);
        using var other = System.Security.Cryptography.RSA.Create(2048);
        var foreign = new SigningCredentials(new RsaSecurityKey(other) { KeyId = "test-key" }, SecurityAlgorithms.RsaSha256);
        var shared = new SigningCredentials(
            new SymmetricSecurityKey(System.Security.Cryptography.SHA256.HashData("the-gallery's-secret"u8)),
            SecurityAlgorithms.HmacSha256);
        var hour = (long)TimeSpan.FromHours(1).TotalSeconds;
        Dictionary<string, Func<JsonWebToken, string>> forgeries = new()
        {
            ["expired"] = token => IdentityProvider.Sign(token, good, claims =>
            {
                claims["iat"] = (long)claims["iat"] - (3 * hour);
                claims["exp"] = (long)claims["iat"] + hour;
            }),
            ["not valid yet"] = token => IdentityProvider.Sign(token, good, claims => claims["nbf"] = (long)claims["iat"] + hour),
            ["without an end"] = token => IdentityProvider.Sign(token, good, claims => claims.Remove("exp")),
            ["for another client"] = token => IdentityProvider.Sign(token, good, claims => claims["aud"] = "another"),
            ["for nobody"] = token => IdentityProvider.Sign(token, good, claims => claims.Remove("aud")),
            ["another issuer"] = token => IdentityProvider.Sign(token, good, claims => claims["iss"] = "https://evil.example/"),
            ["another nonce"] = token => IdentityProvider.Sign(token, good, claims => claims["nonce"] = "another"),
            ["no nonce"] = token => IdentityProvider.Sign(token, good, claims => claims.Remove("nonce")),
            ["no subject"] = token => IdentityProvider.Sign(token, good, claims => claims.Remove("sub")),
            ["another key"] = token => IdentityProvider.Sign(token, foreign, _ => { }),
            ["no signature"] = token => IdentityProvider.Sign(token, null, _ => { }),
            ["signed with a shared secret"] = token => IdentityProvider.Sign(token, shared, _ => { }),
            ["changed after signing"] = token =>
            {
                var parts = token.EncodedToken.Split('.');
                var changed = IdentityProvider.Sign(token, null, claims => claims["roles"] = "owner").Split('.')[1];
                return $"{parts[0]}.{changed}.{parts[2]}";
            },
            ["no token at all"] = _ => "owner",
        };

        foreach (var (what, forge) in forgeries)
        {
            provider.Forge = forge;
            using var browser = gallery.Open();
            browser.SetCookie(provider.Address, "who", "vera");
            var (answer, address) = await browser.GoAsync(gallery.At("/sign-in"));
            using (answer)
            {
                Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{what}: {(int)answer.StatusCode}");
                Assert.Equal("/sign-in/callback", address.AbsolutePath);
                Assert.Contains("Signing in did not work", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
            }

            Assert.True(browser.Cookie(gallery.Address, "imageapp") is null, what);
        }

        Assert.Empty(await gallery.ReadAsync("SELECT id FROM people"));

        // The very same token, unchanged and signed again, is taken: it is the changes that were refused.
        provider.Forge = token => IdentityProvider.Sign(token, good, _ => { });
        using var honest = await gallery.SignInAsync("vera");
    }

    [Fact]
    public async Task Nobody_is_led_to_another_site_or_into_somebody_elses_session()
    {
        await using var gallery = await GuardedGallery.StartAsync(server, "private");
        foreach (var (back, expected) in new[]
        {
            ("//evil.example/", "/"), ("/\\evil.example/", "/"), ("https://evil.example/", "/"), ("\\\\evil.example", "/"),
            ("/%09/evil.example", "/"), ("%2F%2Fevil.example", "/"), ("%2F%5Cevil.example", "/"), ("https:evil.example", "/"),
            ("javascript:alert(1)", "/"), (" //evil.example", "/"), ("/\t//evil.example", "/"), ("data:text/html,x", "/"),
            ("/albums?x=1", "/albums?x=1"), ("/%2F/evil.example", null!),
        })
        {
            using var browser = gallery.Open();
            browser.SetCookie(gallery.Provider.Address, "who", "vera");
            var query = back.Contains('%', StringComparison.Ordinal) ? back : Uri.EscapeDataString(back);
            var (answer, address) = await browser.GoAsync(gallery.At($"/sign-in?back={query}"));
            answer.Dispose();
            Assert.DoesNotContain(browser.Visited, visited => visited.Host.Contains("evil", StringComparison.Ordinal));
            Assert.Equal(gallery.Address.Authority, address.Authority);
            if (expected is not null)
            {
                Assert.Equal(expected, address.PathAndQuery);
            }
        }

        // Somebody else's answer, sent to this browser: it was not this browser's question.
        using var attacker = gallery.Open();
        attacker.SetCookie(gallery.Provider.Address, "who", "carl");
        var next = gallery.At("/sign-in");
        while (next.AbsolutePath != "/sign-in/callback")
        {
            using var step = await attacker.SendAsync(HttpMethod.Get, next);
            next = new Uri(next, step.Headers.Location!);
        }

        using var victim = gallery.Open();
        foreach (var address in new[]
        {
            next, gallery.At("/sign-in/callback"), gallery.At("/sign-in/callback?code=x&state=y"),
            gallery.At("/sign-in/callback?error=access_denied&state=y"),
        })
        {
            using var answer = await victim.SendAsync(HttpMethod.Get, address);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Null(victim.Cookie(gallery.Address, "imageapp"));
        }

        // A session that was planted before does not become the victim's.
        using var planted = await gallery.SignInAsync("carl");
        var key = planted.Cookie(gallery.Address, "imageapp")!;
        victim.SetCookie(gallery.Provider.Address, "who", "olga");
        using (var question = await victim.SendAsync(HttpMethod.Get, gallery.At("/sign-in")))
        {
            victim.SetCookie(gallery.Address, "imageapp", key);
            var (answer, _) = await victim.GoAsync(question.Headers.Location!);
            answer.Dispose();
        }

        Assert.NotEqual(key, victim.Cookie(gallery.Address, "imageapp"));
        Assert.Contains("<b id=\"name\">olga</b>", await TextAsync(victim, gallery.At("/account")), StringComparison.Ordinal);
        Assert.Contains("<b id=\"name\">carl</b>", await TextAsync(planted, gallery.At("/account")), StringComparison.Ordinal);

        // Another site's page signs nobody out, by whichever way.
        foreach (var (method, path) in new[]
        {
            (HttpMethod.Get, "/signout-oidc"), (HttpMethod.Get, "/sign-out"), (HttpMethod.Get, "/sign-out/callback"),
        })
        {
            using var answer = await victim.SendAsync(method, gallery.At(path));
        }

        Assert.Contains("<b id=\"name\">olga</b>", await TextAsync(victim, gallery.At("/account")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_that_is_taken_away_is_gone_in_the_session_that_is_open()
    {
        await using var gallery = await GuardedGallery.StartAsync(server, "private", new Dictionary<string, string>
        {
            ["Access__CheckEvery"] = "00:00:01",
        });
        var provider = gallery.Provider;
        using var browser = await gallery.SignInAsync("olga");
        using var second = await gallery.SignInAsync("olga");
        browser.Accept = second.Accept = "application/json";
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(browser, gallery.At("/api/shares")));

        // The provider is away: the session goes on, and the provider is asked again when it is back.
        provider.IsDown = true;
        await Eventually.HoldsAsync(
            async () => (await gallery.ReadAsync("SELECT COUNT(*) FROM sessions WHERE claimed_at IS NOT NULL"))[0] != "0"
                || await StatusAsync(browser, gallery.At("/api/shares")) != HttpStatusCode.OK,
            "the provider was asked");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(browser, gallery.At("/api/shares")));
        provider.IsDown = false;

        // From owner to viewer: in both browsers, though either of them may be the one that hears of it.
        provider.People["olga"] = new ProviderAccount("olga", "viewer");
        await Eventually.HoldsAsync(
            async () => await StatusAsync(second, gallery.At("/api/shares")) == HttpStatusCode.Forbidden, "she is no owner");
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(browser, gallery.At("/api/shares")));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(browser, gallery.At("/api/images")));

        // Refreshing goes on with the token that was given last, and brings a role back too.
        provider.People["olga"] = new ProviderAccount("olga", "owner");
        await Eventually.HoldsAsync(
            async () => await StatusAsync(second, gallery.At("/api/shares")) == HttpStatusCode.OK, "she is owner again");

        // A listener does not go on hearing of changes after that: its answer ends, and its next request is looked at.
        using (var events = await second.SendAsync(HttpMethod.Get, gallery.At("/api/events")))
        {
            Assert.Equal(HttpStatusCode.OK, events.StatusCode);
            await events.Content.CopyToAsync(Stream.Null, Cancel);
        }

        // Another subject's token is not hers, however well it is signed.
        provider.Forge = token => IdentityProvider.Sign(
            token, new SigningCredentials(provider.Key, SecurityAlgorithms.RsaSha256), claims => claims["sub"] = "carl");
        await Eventually.HoldsAsync(
            async () => await StatusAsync(second, gallery.At("/api/images")) == HttpStatusCode.Unauthorized, "the session has ended");
        provider.Forge = null;

        // Removed altogether: every session ends.
        using var third = await gallery.SignInAsync("olga");
        third.Accept = "application/json";
        provider.People.TryRemove("olga", out _);
        await Eventually.HoldsAsync(
            async () => await StatusAsync(third, gallery.At("/api/images")) == HttpStatusCode.Unauthorized, "her session has ended");
        Assert.Equal([""], await gallery.ReadAsync("SELECT COALESCE(role, '') FROM people"));
    }

    private static async Task ShowsNothingAsync(GuardedGallery gallery, CookieBrowser browser, long id)
    {
        foreach (var path in new[]
        {
            "/", "/gallery", "/?q=heron", $"/images/{id}", $"/images/{id}/original", $"/images/{id}/thumbnail",
            $"/images/{id}/thumbnail?v=1", $"/images/{id}/rendition/800", $"/images/{id}/preview", $"/images/{id}/view",
            $"/tiles?ids={id}", "/albums", "/albums/1", "/trash", $"/trash/{id}/thumbnail", "/shared", "/upload", "/operations",
            "/api/images", $"/api/images/{id}", "/api/images?trash=true", "/api/albums", "/api/albums/1/images", "/api/shares",
            "/api/events", "/api/events?after=0", "/api/captioning", "/captioning/notice", "/api/uploads/probe", "/openapi/v1.json",
            "/no-such-page", "/%2e%2e/", "/IMAGES/1", "/Api/Images",
        })
        {
            foreach (var accept in new[] { "text/html", "application/json", "*/*", "image/webp" })
            {
                foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
                {
                    browser.Accept = accept;
                    using var answer = await browser.SendAsync(method, gallery.At(path));
                    var text = await answer.Content.ReadAsStringAsync(Cancel);
                    Assert.True(
                        answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
                            || (answer.StatusCode == HttpStatusCode.Redirect
                                && answer.Headers.Location!.ToString().StartsWith("/sign-in?back=", StringComparison.Ordinal)),
                        $"{method} {path} for {accept}: {(int)answer.StatusCode} {answer.Headers.Location}");
                    Assert.DoesNotContain("heron", text.Replace("q=heron", "", StringComparison.Ordinal), StringComparison.Ordinal);
                    Assert.False(answer.Headers.CacheControl?.Public ?? false);
                }
            }
        }

        browser.Accept = "text/html";
        foreach (var (path, status) in new[]
        {
            ("/health", HttpStatusCode.OK), ("/alive", HttpStatusCode.OK), ("/account", HttpStatusCode.OK),
            ("/icon.svg", HttpStatusCode.OK), ("/s/no-such-link", HttpStatusCode.NotFound),
        })
        {
            using var answer = await browser.SendAsync(HttpMethod.Get, gallery.At(path));
            Assert.Equal(status, answer.StatusCode);
            Assert.DoesNotContain("heron", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }
    }

    private static async Task<long> UploadAsync(GuardedGallery gallery, CookieBrowser browser, string name)
    {
        var accept = browser.Accept;
        browser.Accept = "application/json";
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(TestImages.Jpeg(300 + name.Length, 200)), "file", name },
        };
        using var answer = await browser.SendAsync(HttpMethod.Post, gallery.At("/api/images"), form);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Cancel));
        browser.Accept = accept;
        return (long)(await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["images"]![0]!["id"]!;
    }

    private static async Task<string> TextAsync(CookieBrowser browser, Uri address)
    {
        using var answer = await browser.SendAsync(HttpMethod.Get, address);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(Cancel);
    }

    private static async Task<HttpStatusCode> StatusAsync(CookieBrowser browser, Uri address)
    {
        using var answer = await browser.SendAsync(HttpMethod.Get, address);
        return answer.StatusCode;
    }

    private static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) =>
        new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
}
