using System.Text;
using System.Text.Json.Serialization;
using CsCheck;
using ImageApp.LocalAws.Storage;

namespace ImageApp.Tests.LocalAws.Sqs;

public sealed partial class JournalTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("journal-");

    private string File => Path.Combine(_folder.FullName, "items.journal");

    [Fact]
    public async Task Whatever_was_put_and_removed_is_there_after_opening_again() =>
        await Gen.Select(Gen.Int[0, 4], Gen.String[0, 20], Gen.Bool).List[0, 30].SampleAsync(
            async operations =>
            {
                var path = Path.Combine(_folder.FullName, Guid.NewGuid().ToString());
                var expected = new Dictionary<string, string>();
                await using (var journal = Open(path))
                {
                    foreach (var (number, text, removes) in operations)
                    {
                        var key = $"k{number}";
                        if (removes)
                        {
                            expected.Remove(key);
                            await journal.RemoveAsync(key);
                        }
                        else
                        {
                            expected[key] = text;
                            await journal.PutAsync(key, new Item(text));
                        }
                    }
                }

                await using var again = Open(path);
                return again.Recovered.ToDictionary(pair => pair.Key, pair => pair.Value.Text).OrderBy(pair => pair.Key, StringComparer.Ordinal)
                    .SequenceEqual(expected.OrderBy(pair => pair.Key, StringComparer.Ordinal));
            },
            iter: 50);

    [Fact]
    public async Task A_file_cut_anywhere_gives_the_entries_that_are_whole()
    {
        await using (var journal = Open(File))
        {
            await journal.PutAsync("a", new Item("first"));
            await journal.PutAsync("b", new Item("second ü"));
        }

        var bytes = await System.IO.File.ReadAllBytesAsync(File, TestContext.Current.CancellationToken);
        var firstEnd = Array.IndexOf(bytes, (byte)'\n') + 1;
        for (var length = 0; length <= bytes.Length; length++)
        {
            await System.IO.File.WriteAllBytesAsync(File, bytes[..length], TestContext.Current.CancellationToken);
            await using (var torn = Open(File))
            {
                Assert.Equal(length == bytes.Length ? 2 : length >= firstEnd ? 1 : 0, torn.Recovered.Count);
                await torn.PutAsync("c", new Item("after"));
            }

            await using var again = Open(File);
            Assert.Equal("after", again.Recovered["c"].Text);
        }
    }

    [Fact]
    public async Task A_damaged_line_is_named()
    {
        await System.IO.File.WriteAllTextAsync(File, "{\"Key\":\"a\",\"Value\":{\"Text\":\"x\"}}\nnonsense\n", TestContext.Current.CancellationToken);
        var failure = Assert.Throws<InvalidDataException>(() => Open(File));
        Assert.Contains("line 2", failure.Message, StringComparison.Ordinal);
        Assert.Contains(File, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_mostly_replaced_entries_is_written_anew()
    {
        var large = new string('x', 100_000);
        await using (var journal = Open(File))
        {
            await journal.PutAsync("kept", new Item("kept"));
            for (var index = 0; index < 50; index++)
            {
                await journal.PutAsync("replaced", new Item(large + index));
            }
        }

        Assert.InRange(new FileInfo(File).Length, 100_000, 2_000_000);
        await using var again = Open(File);
        Assert.Equal(("kept", large + 49), (again.Recovered["kept"].Text, again.Recovered["replaced"].Text));
    }

    [Fact]
    public async Task Many_writers_share_flushes_and_all_is_there()
    {
        await using (var journal = Open(File))
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, 500), TestContext.Current.CancellationToken, async (index, _) => await journal.PutAsync($"{index}", new Item(Encoding.UTF8.GetString([(byte)('a' + (index % 26))]))));
        }

        await using var again = Open(File);
        Assert.Equal(500, again.Recovered.Count);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static Journal<Item> Open(string path) => Journal<Item>.Open(path, ItemContext.Default.JournalEntryItem);

    internal sealed record Item(string Text);

    [JsonSerializable(typeof(JournalEntry<Item>))]
    internal sealed partial class ItemContext : JsonSerializerContext;
}
