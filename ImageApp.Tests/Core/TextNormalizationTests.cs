using CsCheck;
using ImageApp.Core;
using ImageApp.Core.Text;

namespace ImageApp.Tests.Core;

/// <summary>Examples of Unicode Standard Annex 15 and of its conformance test.</summary>
public sealed class TextNormalizationTests
{
    [Theory]
    [InlineData("plain.jpg", "plain.jpg")]
    [InlineData("cafe\u0301", "caf\u00E9")]
    [InlineData("\u212B", "\u00C5")]
    [InlineData("\u1E9B\u0323", "\u1E9B\u0323")]
    [InlineData("\u1100\u1161\u11A8", "\uAC01")]
    [InlineData("\uAC00\u11A8", "\uAC01")]
    [InlineData("\u0344", "\u0308\u0301")]
    [InlineData("a\u0315\u0300\u05AE\u0300b", "\u00E0\u05AE\u0300\u0315b")]
    [InlineData("\u0041\u030A\u0323", "\u1EA0\u030A")]
    [InlineData("\u0958", "\u0915\u093C")]
    [InlineData("\u304B\u3099", "\u304C")]
    [InlineData("\uD834\uDD5E", "\uD834\uDD57\uD834\uDD65")]
    [InlineData("\uF900", "\u8C48")]
    [InlineData("\u0BC6\u0BBE", "\u0BCA")]
    [InlineData("\u1100\u0300\u1161", "\u1100\u0300\u1161")]
    [InlineData("\uFB01", "\uFB01")]
    public void A_letter_and_its_accents_are_one_character(string text, string expected) =>
        Assert.Equal(expected, TextNormalization.FormC(text));

    [Theory]
    [InlineData("\uFB01", "fi")]
    [InlineData("\uFF21\uFF22", "AB")]
    [InlineData("\uFF76\uFF9E", "\u30AB\u3099")]
    [InlineData("\u00B2", "2")]
    [InlineData("\u1E9B\u0323", "s\u0323\u0307")]
    [InlineData("\uFDFA", "\u0635\u0644\u0649 \u0627\u0644\u0644\u0647 \u0639\u0644\u064A\u0647 \u0648\u0633\u0644\u0645")]
    [InlineData("\uAC01", "\u1100\u1161\u11A8")]
    public void Variants_of_a_character_are_the_character(string text, string expected) =>
        Assert.Equal(expected, TextNormalization.FormKD(text));

    [Fact]
    public void Normalizing_once_is_enough_and_what_is_compatible_stays_so() =>
        Gen.Int[0, 0x10FFFF]
            .Where(System.Text.Rune.IsValid)
            .Select(value => new System.Text.Rune(value).ToString())
            .Array[0, 8]
            .Select(string.Concat)
            .Sample(text =>
            {
                var once = TextNormalization.FormC(text);
                return TextNormalization.FormC(once) == once && TextNormalization.FormKD(once) == TextNormalization.FormKD(text);
            });

    [Fact]
    public void Names_and_captions_are_stored_as_one_character_each() =>
        Assert.Equal(("caf\u00E9.jpg", "Un caf\u00E9."), (PlainText.FileName("cafe\u0301.jpg"), PlainText.Paragraph("Un cafe\u0301.")));
}
