using ImageApp.CaptionFunction;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ImageApp.Tests.Captions;

/// <summary>The captions' settings.</summary>
public sealed class CaptioningOptionsTests
{
    [Theory]
    [InlineData(null, null, false)]
    [InlineData("", "", false)]
    [InlineData("key-1", null, true)]
    [InlineData(null, "http://127.0.0.1:11434/v1/", true)]
    public async Task A_model_is_asked_where_a_key_or_a_server_is_set(string? key, string? baseUrl, bool expected)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Captioning:ApiKey", key), new("Captioning:BaseUrl", baseUrl)])
            .Build();
        var services = new ServiceCollection();
        await CaptionerServices.AddCaptionerAsync(services, configuration);
        Assert.Equal(expected, services.Any(service => service.ServiceType == typeof(Microsoft.Extensions.AI.IChatClient)));
        Assert.Equal(!expected, services.Any(service => service.ImplementationType == typeof(OfflineDescriber)));
    }

    [Theory]
    [InlineData("de", "de", "Write in German (de).")]
    [InlineData("PT-br", "pt-BR", "Write in Portuguese (pt-BR).")]
    [InlineData("zh-hant-tw", "zh-Hant-TW", "Write in Chinese (zh-Hant-TW).")]
    [InlineData("gsw", "gsw", "Write in the language with the tag gsw.")]
    [InlineData("es-419", "es-419", "Write in Spanish (es-419).")]
    public void The_prompt_names_the_language(string setting, string tag, string words)
    {
        var options = new CaptioningOptions { Language = setting }.Validated();
        Assert.Equal(tag, options.Language);
        Assert.EndsWith("Write only the description. " + words, options.FullPrompt);
    }

    [Fact]
    public void Without_a_language_the_prompt_is_as_it_is_set() =>
        Assert.Equal("Say it.", new CaptioningOptions { Prompt = "Say it.", Language = " " }.Validated().FullPrompt);

    [Theory]
    [InlineData("German language")]
    [InlineData("d")]
    [InlineData("de_DE")]
    [InlineData("de-")]
    [InlineData("12")]
    [InlineData("de\"><script>")]
    public void A_language_that_is_no_tag_is_refused(string tag) =>
        Assert.Contains(
            "Captioning:Language", Assert.Throws<ArgumentException>(new CaptioningOptions { Language = tag }.Validated).Message);

    [Fact]
    public void A_key_that_cannot_be_sent_is_refused_and_not_repeated()
    {
        var message = Assert.Throws<ArgumentException>(new CaptioningOptions { ApiKey = "sécret" }.Validated).Message;
        Assert.Contains("Captioning:ApiKey", message);
        Assert.DoesNotContain("cret", message);
        Assert.Equal("key-1\n", new CaptioningOptions { ApiKey = "key-1\n" }.Validated().ApiKey);
    }
}
