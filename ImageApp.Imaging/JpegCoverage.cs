namespace ImageApp.Imaging;

/// <summary>
/// Which bits of a JPEG's coefficients its scans bring: the lowest bit of each one comes in its last scan (ITU-T T.81, G.1.1).
/// </summary>
internal sealed class JpegCoverage
{
    private readonly int[] _lowBits;

    /// <summary>Begins with no scan.</summary>
    /// <param name="components">How many components the frame has.</param>
    public JpegCoverage(int components)
    {
        _lowBits = new int[components * BlockLength];
        Array.Fill(_lowBits, int.MaxValue);
    }

    /// <summary>The coefficients of a block.</summary>
    public const int BlockLength = 64;

    /// <summary>Whether every bit has come.</summary>
    public bool IsComplete => _lowBits.AsSpan().IndexOfAnyExcept(0) < 0;

    /// <summary>Takes a scan into account.</summary>
    /// <param name="component">One of its components, by its place in the frame.</param>
    /// <param name="first">Its first coefficient, 0 to 63.</param>
    /// <param name="last">Its last coefficient, 0 to 63.</param>
    /// <param name="low">The lowest bit that it brings.</param>
    public void Add(int component, int first, int last, int low) =>
        _lowBits.AsSpan((component * BlockLength) + first, last - first + 1).Fill(low);
}
