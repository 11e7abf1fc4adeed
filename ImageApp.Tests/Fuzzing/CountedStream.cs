namespace ImageApp.Tests.Fuzzing;

/// <summary>A file in memory that counts what is read of it.</summary>
internal sealed class CountedStream(byte[] content, long most) : MemoryStream(content, writable: false)
{
    private long _read;

    public override int Read(byte[] buffer, int offset, int count) => Counted(base.Read(buffer, offset, count));

    public override int Read(Span<byte> buffer)
    {
        // The base would go through an array of its own for a class derived of it.
        var count = (int)Math.Min(buffer.Length, Math.Max(0, Length - Position));
        content.AsSpan((int)Math.Min(Position, Length), count).CopyTo(buffer);
        Position += count;
        return Counted(count);
    }

    public override int ReadByte()
    {
        var value = base.ReadByte();
        Counted(1);
        return value;
    }

    private int Counted(int count)
    {
        _read += Math.Max(1, count);
        return _read <= most ? count : throw new InvalidOperationException($"More than {most} bytes were read of {Length}.");
    }
}
