using ImageApp.Core;

namespace ImageApp.Tests.Core;

public sealed class PlainTextTests
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
    public void File_names_are_made_fit_to_show(string? name, string expected) => Assert.Equal(expected, PlainText.FileName(name));

    [Fact]
    public void Long_file_names_are_cut_before_their_extension_and_never_in_a_character()
    {
        var clean = PlainText.FileName(string.Concat(Enumerable.Repeat("🐶", 200)) + ".jpeg");
        Assert.True(clean.Length <= PlainText.MaxFileNameLength);
        Assert.EndsWith("🐶….jpeg", clean);
        Assert.DoesNotContain('\uFFFD', System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(clean)));
    }

    [Theory]
    [InlineData("  A **dog**\n\non a   beach.\t", "A **dog** on a beach.")]
    [InlineData("a\u202Eb\u2066c", "abc")]
    [InlineData("\uD83D", "")]
    [InlineData(null, "")]
    public void Captions_become_one_paragraph(string? text, string expected) => Assert.Equal(expected, PlainText.Paragraph(text));

    [Theory]
    [InlineData("short", 5, "short")]
    [InlineData("two words", 8, "two…")]
    [InlineData("unbreakable", 5, "unbr…")]
    [InlineData("🐶🐶🐶", 4, "🐶…")]
    public void Long_texts_are_cut_at_a_word_and_never_in_a_character(string text, int maxLength, string expected) =>
        Assert.Equal(expected, PlainText.Shorten(text, maxLength));
}
