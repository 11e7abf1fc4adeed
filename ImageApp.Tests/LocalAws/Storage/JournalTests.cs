using System.Text;
using System.Text.Json.Serialization;
using CsCheck;
using ImageApp.LocalAws.Storage;

namespace ImageApp.Tests.LocalAws.Storage;

public sealed partial class JournalTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("journal-");

    private readonly CollectedLogs _logs = new();

    private string File => Path.Combine(_folder.FullName, "items.journal");

    [Fact]
    public async Task Whatever_was_put_and_removed_is_there_after_opening_again() =>
        await Gen.Select(Gen.Int[0, 4], Gen.String[0, 20], Gen.Bool)
            .List[0, 30]
            .SampleAsync(
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
                    return again
                        .Recovered.ToDictionary(pair => pair.Key, pair => pair.Value.Text)
                        .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                        .SequenceEqual(expected.OrderBy(pair => pair.Key, StringComparer.Ordinal));
                },
                iter: 50);

    [Fact]
    public async Task A_file_cut_anywhere_gives_the_entries_that_are_whole_and_the_log_says_what_was_cut()
    {
        long firstEnd;
        await using (var journal = Open(File))
        {
            await journal.PutAsync("a", new Item("first"));
            firstEnd = new FileInfo(File).Length;
            await journal.PutAsync("b", new Item("second ü"));
        }

        var bytes = await System.IO.File.ReadAllBytesAsync(File, TestContext.Current.CancellationToken);
        for (var length = 0; length <= bytes.Length; length++)
        {
            await System.IO.File.WriteAllBytesAsync(File, bytes[..length], TestContext.Current.CancellationToken);
            await using (var torn = Open(File))
            {
                Assert.Equal(length == bytes.Length ? 2 : length >= firstEnd ? 1 : 0, torn.Recovered.Count);
                await torn.PutAsync("c", new Item("after"));
            }

            var kept = length == bytes.Length || length < firstEnd ? 0 : firstEnd;
            if (length > kept && length < bytes.Length)
            {
                Assert.Contains(
                    _logs.All,
                    line => line.Contains($"{length - kept} bytes from offset {kept} on were cut off", StringComparison.Ordinal));
            }

            await using var again = Open(File);
            Assert.Equal("after", again.Recovered["c"].Text);
        }
    }

    [Fact]
    public async Task Damage_before_intact_records_stops_the_start_and_is_named_with_file_and_offset()
    {
        long firstEnd, secondEnd;
        await using (var journal = Open(File))
        {
            await journal.PutAsync("a", new Item("first"));
            firstEnd = new FileInfo(File).Length;
            await journal.PutAsync("b", new Item("second"));
            secondEnd = new FileInfo(File).Length;
            await journal.PutAsync("c", new Item("third"));
        }

        var bytes = await System.IO.File.ReadAllBytesAsync(File, TestContext.Current.CancellationToken);
        for (var offset = firstEnd; offset < secondEnd; offset++)
        {
            var damaged = bytes.ToArray();
            damaged[offset] ^= 0x20;
            await System.IO.File.WriteAllBytesAsync(File, damaged, TestContext.Current.CancellationToken);
            var failure = Assert.Throws<InvalidDataException>(() => Open(File));
            Assert.Contains($"{File} is damaged at offset {firstEnd}:", failure.Message, StringComparison.Ordinal);
            Assert.Equal(damaged, await System.IO.File.ReadAllBytesAsync(File, TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task What_a_power_cut_left_as_zeros_is_cut_off()
    {
        await using (var journal = Open(File))
        {
            await journal.PutAsync("a", new Item("first"));
        }

        await System.IO.File.AppendAllBytesAsync(File, new byte[4096], TestContext.Current.CancellationToken);
        await using var again = Open(File);
        Assert.Equal("first", again.Recovered["a"].Text);
        Assert.Contains(_logs.All, line => line.Contains("4096 bytes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_record_that_is_whole_but_cannot_be_read_is_named()
    {
        var unreadable = "nonsense"u8.ToArray();
        Journal.Create(File, ["{\"Key\":\"a\",\"Value\":{\"Text\":\"x\"}}"u8.ToArray(), unreadable]);
        var length = (await System.IO.File.ReadAllBytesAsync(File, TestContext.Current.CancellationToken)).Length;
        var failure = Assert.Throws<InvalidDataException>(() => Open(File));
        Assert.Contains(
            $"{File} is damaged at offset {length - unreadable.Length - Journal.HeaderBytes}:",
            failure.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_an_earlier_version_one_JSON_document_a_line_is_taken_over()
    {
        await System.IO.File.WriteAllTextAsync(
            File,
            "{\"Key\":\"a\",\"Value\":{\"Text\":\"x\"}}\n{\"Key\":\"b\",\"Value\":{\"Text\":\"y\"}}\n{\"Key\":\"a\"}\n{\"Key\":\"torn",
            TestContext.Current.CancellationToken);
        await using (var journal = Open(File))
        {
            Assert.Equal("y", Assert.Single(journal.Recovered).Value.Text);
            await journal.PutAsync("c", new Item("after"));
        }

        await using var again = Open(File);
        Assert.Equal(["b", "c"], again.Recovered.Keys.Order(StringComparer.Ordinal));
        Assert.Contains(_logs.All, line => line.Contains("earlier version", StringComparison.Ordinal));
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
            await Parallel.ForEachAsync(
                Enumerable.Range(0, 500),
                TestContext.Current.CancellationToken,
                async (index, _) => await journal.PutAsync($"{index}", new Item(Encoding.UTF8.GetString([(byte)('a' + (index % 26))]))));
        }

        await using var again = Open(File);
        Assert.Equal(500, again.Recovered.Count);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private JournaledMap<Item> Open(string path) => JournaledMap<Item>.Open(path, ItemContext.Default.JournalEntryItem, _logs);

    internal sealed record Item(string Text);

    [JsonSerializable(typeof(JournalEntry<Item>))]
    internal sealed partial class ItemContext : JsonSerializerContext;
}
