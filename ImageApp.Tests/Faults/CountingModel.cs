using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using ImageApp.Tests.Captions;
using ImageApp.Tests.Functions;

namespace ImageApp.Tests.Faults;

/// <summary>A model that counts how often it described each picture, and can be away in three ways.</summary>
internal sealed class CountingModel : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, int> _described = new(StringComparer.Ordinal);
    private ModelServer _server = null!;
    private int _refused;
    private volatile bool _isAway;

    /// <summary>The base URL, for <c>Captioning:BaseUrl</c>.</summary>
    public Uri BaseUrl => _server.BaseUrl;

    /// <summary>Whether it answers 429, 500 and nothing at all in turn.</summary>
    public bool IsAway
    {
        get => _isAway;
        set => _isAway = value;
    }

    /// <summary>How many requests it did not serve.</summary>
    public int Refused => _refused;

    /// <summary>How many descriptions were more than one of the same picture.</summary>
    public int Again => _described.Values.Sum(count => count - 1);

    public static async Task<CountingModel> StartAsync()
    {
        var model = new CountingModel();
        model._server = await ModelServer.StartAsync(model.Answer);
        return model;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private ModelAnswer Answer(int number, JsonObject body)
    {
        if (IsAway)
        {
            return (Interlocked.Increment(ref _refused) % 3) switch
            {
                0 => ModelAnswer.Error(429, "Rate limit reached", retryAfter: "1"),
                1 => ModelAnswer.Error(500, "The server had an error"),
                _ => new ModelAnswer(200, "", Hangs: true),
            };
        }

        _described.AddOrUpdate((string)body["messages"]![0]!["content"]![1]!["image_url"]!["url"]!, 1, (_, count) => count + 1);
        return ModelAnswer.Text(ProviderBehaviours.Caption);
    }
}
