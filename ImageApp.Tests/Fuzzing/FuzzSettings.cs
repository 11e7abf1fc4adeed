using System.Globalization;

namespace ImageApp.Tests.Fuzzing;

/// <summary>How much is tried. <c>./test</c> tries the same inputs each time; a long run tries others, and prints its seed.</summary>
internal static class FuzzSettings
{
    private const int OrdinarySeed = 20261129;

    /// <summary>Whether this is a long run: <c>IMAGEAPP_SOAK=1</c>.</summary>
    public static bool IsSoak { get; } = Environment.GetEnvironmentVariable("IMAGEAPP_SOAK") is "1" or "true";

    /// <summary>Where the inputs begin: <c>IMAGEAPP_FUZZ_SEED</c>.</summary>
    public static int Seed { get; } = Number("IMAGEAPP_FUZZ_SEED", IsSoak ? Random.Shared.Next() : OrdinarySeed);

    /// <summary>How many inputs each parser gets: <c>IMAGEAPP_FUZZ_INPUTS</c>.</summary>
    public static int Inputs { get; } = Number("IMAGEAPP_FUZZ_INPUTS", IsSoak ? 100_000 : 2_000);

    /// <summary>How many files the decoders get beside the whole corpus: <c>IMAGEAPP_FUZZ_DECODES</c>.</summary>
    public static int Decodes { get; } = Number("IMAGEAPP_FUZZ_DECODES", IsSoak ? 20_000 : 250);

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : otherwise;
}
