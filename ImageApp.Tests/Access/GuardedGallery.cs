using System.Net;
using System.Security.Cryptography;
using ImageApp.Tests.Browser;
using ImageApp.Tests.Database;
using MySqlConnector;

namespace ImageApp.Tests.Access;

/// <summary>A web process that people sign in to, its provider, its database, and a bucket.</summary>
internal sealed class GuardedGallery : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _parts = [];
    private Dictionary<string, string> _settings = [];

    /// <summary>By which address people know it.</summary>
    public Uri Address { get; private set; } = null!;

    public WebProcess Web { get; private set; } = null!;

    public IdentityProvider Provider { get; private set; } = null!;

    public string Connection { get; private set; } = "";

    public LocalAwsInstance Aws { get; private set; } = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Starts all of it, with one person of each role and one of none.</summary>
    public static async Task<GuardedGallery> StartAsync(
        DatabaseServer server, string mode, IReadOnlyDictionary<string, string>? settings = null, Uri? publicAddress = null)
    {
        var gallery = new GuardedGallery { Connection = await server.CreateDatabaseAsync() };
        var port = FreePort.Next();
        gallery.Address = publicAddress ?? new Uri($"http://localhost:{port}/");
        gallery.Provider = await IdentityProvider.StartAsync(gallery.Address);
        gallery._parts.Add(gallery.Provider);
        foreach (var (who, roles) in new[]
        {
            ("olga", new[] { "owner" }), ("carl", ["contributor"]), ("vera", ["viewer"]), ("nobody", []),
        })
        {
            gallery.Provider.People[who] = new ProviderAccount(who, roles);
        }

        gallery.Aws = await LocalAwsInstance.StartAsync(_ => { });
        gallery._parts.Add(gallery.Aws);
        await gallery.Aws.S3.PutBucketAsync(WebProcess.Bucket, Cancel);
        gallery._settings = new Dictionary<string, string>
        {
            ["Access__Mode"] = mode,
            ["Access__PublicAddress"] = gallery.Address.ToString(),
            ["Access__KeyEncryptionKey"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["Access__OpenIdConnect__Authority"] = gallery.Provider.Address.ToString(),
            ["Access__OpenIdConnect__ClientId"] = IdentityProvider.ClientId,
            ["Access__OpenIdConnect__ClientSecret"] = IdentityProvider.ClientSecret,
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            gallery._settings[name] = value;
        }

        gallery.Web = await gallery.StartInstanceAsync(port);
        return gallery;
    }

    /// <summary>Starts another instance beside the first.</summary>
    public async Task<WebProcess> StartInstanceAsync(int? port = null)
    {
        var web = await WebProcess.StartAsync(Connection, Aws.Server.Endpoint.Port, Aws, _settings, port);
        _parts.Add(web);
        return web;
    }

    /// <summary>A browser that nobody has signed in with.</summary>
    public CookieBrowser Open()
    {
        var browser = new CookieBrowser();
        browser.Place(Address, Web.Address);
        return browser;
    }

    /// <summary>A browser that somebody has signed in with.</summary>
    public async Task<CookieBrowser> SignInAsync(string who)
    {
        var browser = Open();
        browser.SetCookie(Provider.Address, "who", who);
        var (answer, address) = await browser.GoAsync(At("/sign-in?back=/account"));
        using (answer)
        {
            Assert.Equal((HttpStatusCode.OK, "/account"), (answer.StatusCode, address.AbsolutePath));
            Assert.Contains($"<b id=\"name\">{who}</b>", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }

        return browser;
    }

    /// <summary>An address of the gallery's.</summary>
    public Uri At(string path) => new(Address, path);

    /// <summary>Asks the database: each row as a text of all its columns.</summary>
    public async Task<List<string>> ReadAsync(string sql)
    {
        await using var connection = new MySqlConnection(Connection);
        await connection.OpenAsync(Cancel);
        await using var command = new MySqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        var rows = new List<string>();
        while (await reader.ReadAsync(Cancel))
        {
            rows.Add(string.Join('\t', Enumerable.Range(0, reader.FieldCount).Select(column => reader.GetValue(column) switch
            {
                byte[] bytes => System.Text.Encoding.Latin1.GetString(bytes),
                var value => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture),
            })));
        }

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in Enumerable.Reverse(_parts))
        {
            await part.DisposeAsync();
        }
    }
}
