using System.Text.Json.Serialization;
using System.Threading.Channels;
using ImageApp.LocalAws.Storage;
using Microsoft.Extensions.Time.Testing;

namespace ImageApp.Tests.LocalAws.Storage;

public sealed partial class OutboxTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("outbox-");
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly CollectedLogs _logs = new();
    private readonly Channel<Letter> _attempts = Channel.CreateUnbounded<Letter>();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task What_is_not_over_is_attempted_again_after_a_restart_with_what_the_last_attempt_said()
    {
        await using (var first = Open())
        {
            first.Start(
                (letter, _) => Attempted(letter with { Attempts = letter.Attempts + 1, NotBefore = _time.GetUtcNow().AddSeconds(5) }));
            await first.AddAsync([new Letter("a"), new Letter("b")]);
            await NextAsync();
            await NextAsync();
            await Eventually.HoldsAsync(
                () => Task.FromResult(File.ReadAllText(Journal).Split("\"Attempts\":1").Length == 3),
                "both attempts on disk");
        }

        await using var second = Open();
        second.Start((letter, _) => Attempted(letter, isOver: true));
        Assert.False(_attempts.Reader.TryRead(out _));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal((1, 1), ((await NextAsync()).Attempts, (await NextAsync()).Attempts));
        await EmptyAsync();
    }

    [Fact]
    public async Task An_attempt_that_breaks_unexpectedly_is_made_again_after_a_growing_delay()
    {
        await using var outbox = Open();
        outbox.Start((letter, _) =>
        {
            _attempts.Writer.TryWrite(letter);
            return Task.FromException<Letter?>(new InvalidOperationException("a bug"));
        });
        await outbox.AddAsync([new Letter("a")]);
        foreach (var seconds in new[] { 1, 2, 4, 8, 16, 32, 60, 60 })
        {
            await NextAsync();
            await _logs.LoggedAsync("a failed unexpectedly", $"in {TimeSpan.FromSeconds(seconds)}", "a bug");
            _time.Advance(TimeSpan.FromSeconds(seconds));
        }

        await NextAsync();
    }

    [Fact]
    public async Task A_lane_takes_no_more_at_once_than_it_may_and_holds_up_no_other()
    {
        await using var outbox = Open();
        var gate = new TaskCompletionSource();
        outbox.Start(
            async (letter, _) =>
            {
                _attempts.Writer.TryWrite(letter);
                await (letter.Id.StartsWith("slow", StringComparison.Ordinal) ? gate.Task : Task.CompletedTask);
                return null;
            },
            letter => letter.Id[..4],
            concurrency: 2);
        await outbox.AddAsync([.. Enumerable.Range(0, 5).Select(number => new Letter($"slow{number}"))]);
        await NextAsync();
        await NextAsync();
        await outbox.AddAsync([new Letter("fast")]);
        Assert.Equal("fast", (await NextAsync()).Id);
        Assert.False(_attempts.Reader.TryRead(out _));
        gate.SetResult();
        for (var rest = 0; rest < 3; rest++)
        {
            await NextAsync();
        }

        await EmptyAsync();
    }

    [Fact]
    public async Task What_is_accepted_before_the_start_waits_for_it()
    {
        await using var outbox = Open();
        await outbox.AddAsync([new Letter("a")]);
        outbox.Start((letter, _) => Attempted(letter, isOver: true));
        Assert.Equal("a", (await NextAsync()).Id);
    }

    private string Journal => Path.Combine(_folder.FullName, "letters.journal");

    private Outbox<Letter> Open() =>
        new("test", JournaledMap<Letter>.Open(Journal, LetterContext.Default.JournalEntryLetter, _logs), _time, _logs);

    private Task<Letter?> Attempted(Letter letter, bool isOver = false)
    {
        _attempts.Writer.TryWrite(letter);
        return Task.FromResult(isOver ? null : letter);
    }

    private async Task<Letter> NextAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        return await _attempts.Reader.ReadAsync(deadline.Token);
    }

    /// <summary>Waits until the journal holds nothing any more.</summary>
    private Task EmptyAsync() => Eventually.HoldsAsync(
        async () =>
        {
            var copy = Path.Combine(_folder.FullName, Guid.NewGuid().ToString());
            File.Copy(Journal, copy);
            await using var map = JournaledMap<Letter>.Open(copy, LetterContext.Default.JournalEntryLetter, _logs);
            return map.Recovered.Count == 0;
        },
        "an empty journal");

    internal sealed record Letter(string Id) : IOutboxItem
    {
        public int Attempts { get; init; }

        public DateTimeOffset NotBefore { get; init; }
    }

    [JsonSerializable(typeof(JournalEntry<Letter>))]
    internal sealed partial class LetterContext : JsonSerializerContext;
}
