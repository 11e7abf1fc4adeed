using ImageApp.CaptionFunction.Answers;

namespace ImageApp.Tests.Captions;

/// <summary>Where a text that breaks off is cut.</summary>
public sealed class SentencesTests
{
    [Theory]
    [InlineData("Three boats lie in a harbour. Their lights are mirr", "Three boats lie in a harbour.")]
    [InlineData("Dr. Who stands by a box. He is 1.80 m tall and", "Dr. Who stands by a box.")]
    [InlineData("A street in Washington D.C. at noon. Cars of the U.S. Army pass by St. Mary's and",
        "A street in Washington D.C. at noon.")]
    [InlineData("A cat. A box with e.g. apples and", "A cat.")]
    [InlineData("The sign reads \"Stop.\" Behind it a tr", "The sign reads \"Stop.\"")]
    [InlineData("Is it a dog? Yes! A very big o", "Is it a dog? Yes!")]
    [InlineData("A shop. It costs 3.", "A shop.")]
    [InlineData("夕暮れの港。三隻の漁船が", "夕暮れの港。")]
    [InlineData("一只猫！它在睡", "一只猫！")]
    [InlineData("قطة على سطح؟ نعم. ثم", "قطة على سطح؟ نعم.")]
    [InlineData("यह एक बिल्ली है। वह सो", "यह एक बिल्ली है।")]
    [InlineData("A harbour at dusk with three fishing boats, their lights mirrored in calm wat",
        "A harbour at dusk with three fishing boats…")]
    public void A_text_that_breaks_off_ends_after_its_last_whole_sentence(string text, string expected) =>
        Assert.Equal(expected, Sentences.CutToWhole(text));

    [Theory]
    [InlineData("A harb")]
    [InlineData("A wide view… the lake is")]
    [InlineData("A cat, a d")]
    [InlineData("")]
    public void A_text_of_no_whole_sentence_and_clause_is_nothing(string text) => Assert.Null(Sentences.CutToWhole(text));

    [Theory]
    [InlineData("One. Two! Three? Four", 4)]
    [InlineData("Mr. Smith and J. R. Miller sit. They eat.", 2)]
    [InlineData("He says \"Come. Now. Please.\" and goes. She stays.", 2)]
    [InlineData("一。二。三", 3)]
    [InlineData("Version 2.0 of the app. Done.", 2)]
    public void Sentences_are_told_apart(string text, int count)
    {
        var sentences = Sentences.Split(text);
        Assert.Equal(count, sentences.Count);
        Assert.Equal(text, string.Concat(sentences));
    }

    [Fact]
    public void A_very_long_text_ends_with_a_sentence_or_a_word()
    {
        Assert.EndsWith("end.", Sentences.Limit(string.Concat(Enumerable.Repeat("This is the end. ", 100)), 200));
        Assert.EndsWith(" word…", Sentences.Limit(string.Concat(Enumerable.Repeat("word ", 100)), 200));
        Assert.True(Sentences.Limit(string.Concat(Enumerable.Repeat("😀", 200)), 200).Length <= 200);
    }
}
