namespace ImageApp.Tests.Fuzzing;

/// <summary>
/// Every parser, each with so many broken inputs (<see cref="FuzzSettings"/>): it reads them or refuses them by the exception that is its
/// answer, ends, and allocates no more than it may.
/// </summary>
public sealed class ParserFuzzingTests
{
    /// <summary>The names of the parsers.</summary>
    public static TheoryData<string> Targets => [.. ParserTargets.All.Keys];

    [Theory]
    [MemberData(nameof(Targets))]
    public void No_input_breaks(string parser)
    {
        var result = FuzzRun.Of(ParserTargets.All[parser], FuzzSettings.Seed, FuzzSettings.Inputs);
        FuzzReport.Write("parsers", result);
        Assert.True(result.Faults.Count == 0, string.Join("\n\n", result.Faults));
        Assert.Equal(FuzzSettings.Inputs, result.Inputs);
    }

    [Fact]
    public void The_same_seed_makes_the_same_input_and_another_another()
    {
        var mutator = new Mutator(ImageCorpus.All, ["word"]);
        Assert.Equal(mutator.Make(17), mutator.Make(17));
        var made = Enumerable.Range(0, 50).Select(seed => Convert.ToHexString(mutator.Make(seed))).Distinct().Count();
        Assert.InRange(made, 45, 50);
    }

    [Fact]
    public void What_breaks_a_parser_is_told_with_its_seed_and_kept()
    {
        var target = new FuzzTarget("A parser that breaks", [[1, 2, 3, 4]], input =>
        {
            if (input.Length == 4 && input[0] != 1)
            {
                throw new InvalidOperationException("broken");
            }

            if (input.Length > 100)
            {
                _ = new byte[2_000_000 + (input.Length * 2000)];
            }
        });
        var result = FuzzRun.Of(target, seed: 5, inputs: 2000);
        Assert.True(result.Crashes > 0 && result.Overruns > 0, $"{result.Crashes} and {result.Overruns}");
        Assert.Contains(result.Faults, fault => fault.Contains("broken", StringComparison.Ordinal));
        foreach (var kept in Directory.EnumerateFiles(
            Path.GetDirectoryName(FuzzReport.PresentInput("x"))!, "a-parser-that-breaks-*.input"))
        {
            File.Delete(kept);
        }
    }
}
