using System.IO.Compression;
using System.Text.Json.Nodes;

namespace ImageApp.Tests.Hardening;

/// <summary>What the zips say of others' work in them, and the bills of materials beside them.</summary>
public sealed class ShippedNoticesTests
{
    private const string Folder = "licenses/";

    public static TheoryData<string> Zips =>
        ["ImageApp.Web", "ImageApp.ThumbnailFunction", "ImageApp.CaptionFunction", "ImageApp.Imaging", "ImageApp.SchemaFunction"];

    [Theory]
    [MemberData(nameof(Zips))]
    public async Task Each_zip_has_the_licence_and_of_every_package_in_it_who_made_it(string name)
    {
        await using var zip = await OpenAsync(name);
        Assert.Contains("Apache License", await TextAsync(zip, "LICENSE"));
        Assert.Contains("GNU Lesser", await TextAsync(zip, "NOTICE"));
        Assert.Contains("GNU LESSER GENERAL PUBLIC LICENSE", await TextAsync(zip, $"{Folder}LGPL-3.0.txt"));
        var packages = PackagesIn(zip);
        Assert.NotEmpty(packages);
        Assert.All(packages, package => Assert.Contains(
            zip.Entries, entry => entry.FullName.StartsWith($"{Folder}{package}/", StringComparison.Ordinal)
                && entry.Name.EndsWith(".nuspec", StringComparison.OrdinalIgnoreCase)));
        if ((zip.GetEntry($"{name}.deps.json") ?? zip.GetEntry("bootstrap.deps.json")) is { } dependencies)
        {
            var libraries = JsonNode.Parse(await TextAsync(zip, dependencies.FullName))!["libraries"]!.AsObject();
            var shipped = libraries.Where(library => (string?)library.Value!["type"] == "package").Select(library => library.Key);
            Assert.Empty(shipped.Select(library => library.Replace('/', '.')).Except(packages, StringComparer.OrdinalIgnoreCase));
        }
    }

    [Fact]
    public async Task The_layer_names_the_native_libraries_and_ships_them_as_files_that_can_be_replaced()
    {
        await using var zip = await OpenAsync("ImageApp.Imaging");
        var vips = Assert.Single(
            zip.Entries, entry => entry is { Name: "THIRD-PARTY-NOTICES.md", FullName: var path } && path.Contains("NetVips.Native"));
        var notices = await TextAsync(zip, vips.FullName);
        Assert.Matches(@"\| libvips +\| LGPLv3", notices);
        Assert.Contains(zip.Entries, entry => entry is { Name: "versions.json", FullName: var path } && path.Contains("NetVips.Native"));
        Assert.Contains(zip.Entries, entry => entry is { Name: "Notice.txt", FullName: var path } && path.Contains("Magick.NET"));
        Assert.Contains(zip.Entries, entry => entry.FullName.StartsWith("lib/libvips.so.", StringComparison.Ordinal));
        Assert.Contains(zip.Entries, entry => entry.FullName.StartsWith("lib/Magick.Native-", StringComparison.Ordinal));

        // Nothing in it belongs to a package that is named nowhere.
        Assert.Equal(2, PackagesIn(zip).Count);
        Assert.Equal(2, zip.Entries.Count(entry => entry.FullName.StartsWith("lib/", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Zips))]
    public async Task The_bill_of_materials_names_every_package_in_the_zip_by_its_version(string name)
    {
        await using var zip = await OpenAsync(name);
        var file = Path.Combine(RepositoryRoot.Path, "artifacts", $"{name}.cdx.json");
        Assert.True(File.Exists(file), $"{file} is not there: deploy/package writes it.");
        var bill = JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!;
        Assert.Equal("CycloneDX", (string?)bill["bomFormat"]);
        var listed = bill["components"]!.AsArray().Select(component => $"{component!["name"]}.{component["version"]}");
        Assert.Empty(PackagesIn(zip).Except(listed, StringComparer.OrdinalIgnoreCase));
    }

    private static async Task<ZipArchive> OpenAsync(string name)
    {
        var path = Path.Combine(RepositoryRoot.Path, "artifacts", $"{name}.zip");
        Assert.True(File.Exists(path), $"{path} is not there: deploy/package builds it.");
        return await ZipFile.OpenReadAsync(path, TestContext.Current.CancellationToken);
    }

    private static async Task<string> TextAsync(ZipArchive zip, string name)
    {
        var entry = zip.GetEntry(name);
        Assert.True(entry is not null, $"{name} is not in the zip.");
        using var reader = new StreamReader(await entry.OpenAsync(TestContext.Current.CancellationToken));
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    private static HashSet<string> PackagesIn(ZipArchive zip) => zip.Entries
        .Where(entry => entry.FullName.StartsWith(Folder, StringComparison.Ordinal))
        .Select(entry => entry.FullName[Folder.Length..])
        .Where(path => path.Contains('/', StringComparison.Ordinal))
        .Select(path => path.Split('/')[0])
        .ToHashSet(StringComparer.OrdinalIgnoreCase);
}
