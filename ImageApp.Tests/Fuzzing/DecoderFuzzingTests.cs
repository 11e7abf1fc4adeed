using System.Globalization;
using ImageApp.Core;
using ImageApp.Core.Formats;
using ImageApp.Imaging;
using ImageApp.Tests.Application;
using ImageApp.Tests.Database;

namespace ImageApp.Tests.Fuzzing;

/// <summary>
/// Every decoder in the thumbnail function's own process, with the whole corpus and what is made of it: each file has a thumbnail or a
/// reason, keeps to its memory and time, and the process lives on.
/// </summary>
public sealed class DecoderFuzzingTests(DatabaseServer server)
{
    private const int FilesBetweenChecks = 50;

    // Beside the decode itself: the answer, the rows, the objects, and a collection of garbage that comes later.
    private const double SecondsBeside = 5;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The formats that are taken.</summary>
    public static TheoryData<string> Formats => [.. ImageFormat.All.Select(format => format.Name)];

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task No_file_breaks_the_thumbnail_function(string name)
    {
        var format = ImageFormat.All.Single(one => one.Name == name);
        await using var function = await FuzzedFunction.StartAsync(server);
        var corpus = ImageCorpus.Of(format);
        var mutator = new Mutator(corpus, []);
        var mutated = Math.Max(1, FuzzSettings.Decodes / ImageFormat.All.Count);
        var (refused, crashes, overruns, number) = (0, 0, 0, 0);
        var (faults, ended) = (new List<string>(), new List<string>());
        var ordinary = TestImages.Jpeg(60, 40);
        Assert.Null((await function.DecodeAsync("images/warm.jpg", ordinary)).Image?.ThumbnailErrorCode);
        var process = function.ProcessId;
        var wasEnded = false;
        foreach (var (seed, content) in corpus.Select((content, i) => (-1 - i, content))
            .Concat(Enumerable.Range(0, mutated).Select(i => (FuzzSettings.Seed + i, mutator.Make(FuzzSettings.Seed + i)))))
        {
            await File.WriteAllBytesAsync(FuzzReport.PresentInput(name), content, Cancel);
            var decode = await function.DecodeAsync($"images/{number++}.{format.Extension}", content);
            refused += decode.Image?.ThumbnailErrorCode is null ? 0 : 1;
            var isEnded = decode.Image?.ThumbnailErrorCode is FailureCodes.DecodeTooLong or FailureCodes.TooMuchMemory;
            if (isEnded && decode.Image!.ThumbnailError!.Contains("was ended", StringComparison.Ordinal))
            {
                ended.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"seed {seed}: {decode.Bytes / 1e6:0} MB, {decode.Seconds:0.0} s: {decode.Image.ThumbnailError}"));
            }

            string? fault = null;
            if (decode.Error is not null || decode.Image is not ({ ThumbnailErrorCode: not null } or { ThumbnailGeneratedAt: not null }))
            {
                crashes++;
                fault = $"neither thumbnail nor reason: {decode.Error}";
            }
            else if (!isEnded && (decode.Bytes > DecodeBudget.LeastBytes || decode.Seconds > 10 + SecondsBeside))
            {
                overruns++;
                fault = string.Create(CultureInfo.InvariantCulture, $"{decode.Bytes / 1e6:0} MB and {decode.Seconds:0.0} s");
            }

            // After a decode that was ended the process goes, by the next invocation at the latest.
            if (function.ProcessId != process && !isEnded && !wasEnded)
            {
                crashes++;
                fault = $"the process ended: {fault}";
            }

            (process, wasEnded) = (function.ProcessId, isEnded);
            if (fault is not null)
            {
                faults.Add($"seed {seed}, {FuzzReport.Keep(name, seed, content)}: {fault}\n{function.Log}");
            }

            if (faults.Count >= 5)
            {
                break;
            }

            if (number % FilesBetweenChecks == 0)
            {
                var next = await function.DecodeAsync($"images/next-{number}.jpg", TestImages.Jpeg(60, 40 + (number / FilesBetweenChecks)));
                Assert.True(next.Image?.ThumbnailGeneratedAt is not null, $"After {number} files: {next.Error}\n{function.Log}");
                process = function.ProcessId;
            }
        }

        File.Delete(FuzzReport.PresentInput(name));
        FuzzReport.Note(name, ended);
        FuzzReport.Write("decoders", new FuzzResult(name, number, refused)
        {
            Ended = ended.Count,
            Crashes = crashes,
            Overruns = overruns,
        });
        Assert.True(faults.Count == 0, string.Join("\n\n", faults));
    }

    [Fact]
    public async Task A_decode_that_does_not_end_has_a_reason_and_the_next_picture_its_thumbnail()
    {
        await using var function = await FuzzedFunction.StartAsync(server, ("ImageLimits__MaxDecodeTime", "00:00:01"));
        Assert.NotNull((await function.DecodeAsync("images/before.jpg", TestImages.Jpeg(60, 40))).Image?.ThumbnailGeneratedAt);
        var first = function.ProcessId;

        // Twelve tiles of noise: as many pixels as are taken, and as much work for each as there can be.
        var endless = HeifFile.Grid(HeifFile.Picture(1600, 1200), 4, 3, 6400, 3600);
        var decode = await function.DecodeAsync("images/endless.avif", endless);

        Assert.Null(decode.Error);
        Assert.True(decode.Image?.ThumbnailErrorCode == FailureCodes.DecodeTooLong, function.Log);
        Assert.Contains("more than 1 seconds", decode.Image!.ThumbnailError);
        Assert.True(await function.HasEndedAsync(first));
        var next = await function.DecodeAsync("images/after.jpg", TestImages.Jpeg(61, 40));
        Assert.True(next.Image?.ThumbnailGeneratedAt is not null, next.Error + function.Log);
        Assert.Equal(2, function.Starts);

        // The event again, as after any answer that was lost: the reason stands, and nothing is decoded.
        Assert.Null((await function.DecodeAsync("images/endless.avif", endless)).Error);
        Assert.Equal(2, function.Starts);
    }

    [Fact]
    public async Task A_decode_that_takes_more_memory_than_its_header_says_has_a_reason_and_the_next_picture_its_thumbnail()
    {
        await using var function = await FuzzedFunction.StartAsync(server);
        Assert.NotNull((await function.DecodeAsync("images/before.jpg", TestImages.Jpeg(60, 40))).Image?.ThumbnailGeneratedAt);

        // Sixteen pixels to its header, and sixty million to its decoder.
        var lying = HeifFile.WithSize(HeifFile.Picture(10_000, 6_000), 4, 4);
        var decode = await function.DecodeAsync("images/lying.avif", lying);

        Assert.Null(decode.Error);
        Assert.Contains(decode.Image?.ThumbnailErrorCode, new[] { FailureCodes.TooMuchMemory, FailureCodes.Damaged });
        Assert.InRange(decode.Bytes, 0, 2 * DecodeBudget.LeastBytes);
        var next = await function.DecodeAsync("images/after.jpg", TestImages.Jpeg(61, 40));
        Assert.True(next.Image?.ThumbnailGeneratedAt is not null, next.Error + function.Log);
    }
}
