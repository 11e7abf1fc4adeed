using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ImageApp.Tests.AppHost;
using ImageApp.Tests.Functions;
using NetVips;

namespace ImageApp.Tests.Browser;

/// <summary>An application of its own with real photographs: what a person sees who has used it for a while.</summary>
public sealed class Photographs : IAsyncLifetime
{
    private static readonly (string File, string Name, string Taken, string Caption)[] All =
    [
        ("seeding_by_Clements_Engelhardt", "dandelions.jpg", "2026:06:21 20:41:07",
            "Dandelion clocks in tall grass, lit from behind by a low evening sun."),
        ("picosdeeuropa_by_Aitzol_Berasategi", "picos de europa.jpg", "2026:06:14 11:20:30",
            "A worn footpath climbs a green slope towards a grey limestone wall with patches of old snow under a deep blue sky."),
        ("life_by_Aitzol_Berasategi", "stream.jpg", "2026:06:14 16:02:11",
            "A small stream falls in steps between mossy rocks in a shaded forest."),
        ("sunset_by_Aitzol_Berasategi", "from the top.jpg", "2026:06:14 21:34:52",
            "The sun touches the horizon behind rows of hills, seen from a bare summit with a round stone table."),
        ("friends_by_Aitzol_Berasategi", "at the window.jpg", "2026:06:20 09:15:00",
            "Two brown spaniels lean out of the window of a white wooden house and look to the right."),
        ("aitzgorri_by_Aitzol_Berasategi", "aitzgorri.jpg", "2026:06:14 13:48:20",
            "A meadow in front of orange autumn woods, with the rocky ridge of Aitzgorri behind them."),
        ("Picture_0B_by_freespace", "half a fig.jpg", "2026:06:21 12:10:44",
            "Half a ripe fig in a glossy red leaf-shaped bowl on a grey concrete surface."),
        ("Picture_1A_by_freespace", "brushes.jpg", "2026:06:20 10:05:13",
            "Used paintbrushes with blue, pink and yellow bristles stand close together in the sun."),
        ("Wine_by_Jakkub_Mede", "evening in.jpg", "2026:05:29 19:27:36",
            "A drum on a leather beanbag in front of a low wooden table with a bottle of red wine and a glass."),
        ("Bridge_by_Sander_Klootwijk", "cables.jpg", "2026:05:29 08:33:59",
            "Steel cables of a suspension bridge cross a clear sky above a wide brown river at low tide."),
        ("greentock_by_Peter_Nerlich", "clock.jpg", "2026:05:02 15:00:00",
            "A round wall clock with hour marks cut through its face, lit in green from behind."),
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("imageapp-photographs-").FullName;
    private ModelServer? _model;
    private AppHostProcess? _host;

    /// <summary>The pictures that are seen, as the API told of them, the newest first.</summary>
    public IReadOnlyList<JsonObject> Pictures { get; private set; } = [];

    /// <summary>The album that five of them are in.</summary>
    public long Album { get; private set; }

    /// <summary>Where the gallery is.</summary>
    public Uri Gallery => Web.BaseAddress!;

    /// <summary>A client of it.</summary>
    public HttpClient Web => _host!.Web;

    private static string Folder => Path.Combine(RepositoryRoot.Path, ".local", "photographs");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>One of the photographs as a camera would have written it.</summary>
    public static byte[] Read(string file, string taken)
    {
        using var photograph = Image.NewFromFile(Path.Combine(Folder, file + ".jpg"));
        using var dated = photograph.Mutate(mutable =>
        {
            mutable.Set(GValue.GStrType, "exif-ifd0-Make", "Acme");
            mutable.Set(GValue.GStrType, "exif-ifd0-Model", "Acme One");
            mutable.Set(GValue.GStrType, "exif-ifd2-DateTimeOriginal", taken);
        });
        return dated.JpegsaveBuffer(q: 92);
    }

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Directory.Exists(Folder), "The photographs are not here; ./test unpacks them from a Debian package.");
        var next = 0;
        _model = await ModelServer.StartAsync((_, _) => ModelAnswer.Text(All[next].Caption));
        _host = await AppHostProcess.StartAsync(
            _folder, [], $"--Captioning:BaseUrl={_model.BaseUrl}", "--Captioning:Model=vision-1", "--Captioning:ApiKey=k");
        var pictures = new List<JsonObject>();
        for (; next < All.Length; next++)
        {
            pictures.Add(await _host.UploadAsync(Read(All[next].File, All[next].Taken), All[next].Name));
            Assert.Equal(All[next].Caption, (string?)pictures[^1]["caption"]);
        }

        // One waits in the trash.
        using (var deleted = await Web.DeleteAsync($"/api/images/{pictures[^1]["id"]}", Cancel))
        {
            deleted.EnsureSuccessStatusCode();
        }

        pictures.RemoveAt(pictures.Count - 1);
        Pictures = pictures;
        using var made = await Web.PostAsJsonAsync("/api/albums", new { title = "A week in the mountains" }, Cancel);
        Album = (long)(await made.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["id"]!;
        using var filled = await Web.PostAsJsonAsync(
            $"/api/albums/{Album}/images", new { ids = pictures.Take(5).Select(picture => (long)picture["id"]!) }, Cancel);
        filled.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        if (_model is not null)
        {
            await _model.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }
}
