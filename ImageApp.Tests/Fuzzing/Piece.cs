namespace ImageApp.Tests.Fuzzing;

/// <summary>A part of an input that belongs together: a segment, a chunk, a box, a token.</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="Length">How long it is.</param>
/// <param name="LengthAt">Where it says how long it is.</param>
/// <param name="LengthSize">In how many bytes it says so; 0 where it does not.</param>
internal readonly record struct Piece(int Start, int Length, int LengthAt, int LengthSize)
{
    /// <summary>Where it ends.</summary>
    public int End => Start + Length;
}
