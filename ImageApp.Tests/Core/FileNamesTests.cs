using ImageApp.Core;

namespace ImageApp.Tests.Core;

public sealed class FileNamesTests
{
    [Theory]
    [InlineData("photo.jpg", "photo.jpg")]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("C:\\Users\\me\\cat.png", "cat.png")]
    [InlineData("  a\tb\r\n.png ", "ab.png")]
    [InlineData("\u202Egpj.exe", "gpj.exe")]
    [InlineData("🐶 \"dog\" <b>.png", "🐶 \"dog\" <b>.png")]
    [InlineData("", "unnamed")]
    [InlineData(null, "unnamed")]
    [InlineData("..", "unnamed")]
    [InlineData("folder/", "unnamed")]
    [InlineData("\uD83D.png", ".png")]
    public void Are_made_fit_to_show(string? name, string expected) => Assert.Equal(expected, FileNames.Clean(name));

    [Fact]
    public void Long_ones_are_cut_before_their_extension_and_never_in_a_character()
    {
        var clean = FileNames.Clean(string.Concat(Enumerable.Repeat("🐶", 200)) + ".jpeg");
        Assert.True(clean.Length <= FileNames.MaxLength);
        Assert.EndsWith("🐶….jpeg", clean);
        Assert.DoesNotContain('\uFFFD', System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(clean)));
    }
}
