using System.Text;
using System.Text.Json.Nodes;
using System.Xml;
using ImageApp.Web.Export;

namespace ImageApp.Tests.Data;

/// <summary>Sidecars that others read, and those that others write.</summary>
public sealed class XmpSidecarTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ours_is_read_by_exiftool_and_by_us()
    {
        var sidecar = new XmpSidecar("Ein Reiher & zwei <Fische> – “so” 🦆", "de", IsFavourite: true, ["Ausflug", "A | B"]);
        var folder = Directory.CreateTempSubdirectory("imageapp-xmp-");
        try
        {
            var file = Path.Combine(folder.FullName, "a.jpg.xmp");
            await File.WriteAllBytesAsync(file, sidecar.ToBytes(), Cancel);
            var read = JsonNode.Parse(await Tool.RunAsync("exiftool", "-j", "-a", "-struct", "-charset", "utf8", file))![0]!;
            Assert.Equal(sidecar.Description, (string?)read["Description"]);
            Assert.Equal(sidecar.Description, (string?)read["Description-de"]);
            Assert.Equal(5, (int)read["Rating"]!);
            Assert.Equal(["Albums|Ausflug", "Albums|A | B"], read["HierarchicalSubject"]!.AsArray().Select(item => (string?)item));
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        var again = await ReadAsync(Encoding.UTF8.GetString(sidecar.ToBytes()));
        Assert.Equal((sidecar.Description, "de", true), (again.Description, again.Language, again.IsFavourite));
        Assert.Equal(sidecar.Albums, again.Albums);
    }

    [Fact]
    public async Task What_has_no_character_in_XML_is_left_out()
    {
        var again = await ReadAsync(Encoding.UTF8.GetString(new XmpSidecar("a\uFFFEb\u0001c", null, false, ["\uFFFFd"]).ToBytes()));
        Assert.Equal("abc", again.Description);
        Assert.Equal(["d"], again.Albums);
    }

    /// <summary>As exiftool 12 writes one, darktable 4, Lightroom Classic 13; a caption as an attribute; a rejected picture.</summary>
    [Theory]
    [InlineData(
        "<rdf:Description rdf:about='' xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:description><rdf:Alt><rdf:li xml:lang='x-default'>A fox</rdf:li></rdf:Alt></dc:description></rdf:Description><rdf:Description rdf:about='' xmlns:xmp='http://ns.adobe.com/xap/1.0/'><xmp:Rating>5</xmp:Rating></rdf:Description>",
        "A fox", null, true)]
    [InlineData(
        "<rdf:Description rdf:about='' xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:darktable='http://darktable.sf.net/' xmp:Rating='1' darktable:xmp_version='5'><dc:description><rdf:Alt><rdf:li xml:lang='x-default'>A fox</rdf:li></rdf:Alt></dc:description></rdf:Description>",
        "A fox", null, false)]
    [InlineData(
        "<rdf:Description rdf:about='' xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/' xmp:Rating='5'><dc:description><rdf:Alt><rdf:li xml:lang='de'>Ein Fuchs</rdf:li><rdf:li xml:lang='x-default'>A fox</rdf:li><rdf:li xml:lang='en'>A fox</rdf:li></rdf:Alt></dc:description></rdf:Description>",
        "A fox", "en", true)]
    [InlineData("<rdf:Description xmlns:dc='http://purl.org/dc/elements/1.1/' dc:description='A fox'/>", "A fox", null, false)]
    [InlineData(
        "<rdf:Description xmlns:i='http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/' xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmp:Rating='-1'><i:AltTextAccessibility><rdf:Alt><rdf:li xml:lang='x-default'>A fox</rdf:li></rdf:Alt></i:AltTextAccessibility></rdf:Description>",
        "A fox", null, false)]
    [InlineData(
        "<rdf:Description xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:description><rdf:Alt><rdf:li xml:lang='x-default'> </rdf:li></rdf:Alt></dc:description></rdf:Description>",
        null, null, false)]
    [InlineData("", null, null, false)]
    public async Task Those_of_other_programs_are_read(string descriptions, string? text, string? language, bool isFavourite)
    {
        var read = await ReadAsync(
            "<?xpacket begin='\uFEFF' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
            + descriptions + "</rdf:RDF></x:xmpmeta><?xpacket end='w'?>");
        Assert.Equal((text, language, isFavourite), (read.Description, read.Language, read.IsFavourite));
    }

    [Theory]
    [InlineData("not XML")]
    [InlineData("<a><b></a>")]
    [InlineData("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>")]
    public async Task What_is_none_is_refused(string content) =>
        await Assert.ThrowsAsync<XmlException>(() => ReadAsync(content));

    private static async Task<XmpSidecar> ReadAsync(string content) =>
        await XmpSidecar.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(content)), Cancel);
}
