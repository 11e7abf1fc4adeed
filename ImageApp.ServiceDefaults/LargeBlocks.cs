using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace ImageApp.ServiceDefaults;

/// <summary>
/// The blocks that Kestrel receives into and sends from. Its own are of 4 KB, so that a picture of 4 MB is a thousand calls of the system
/// and as many hand-overs between threads.
/// </summary>
internal sealed class LargeBlocks : MemoryPool<byte>
{
    /// <summary>How many bytes a block has.</summary>
    public const int BlockBytes = 32 * 1024;

    // 4 MB at most are kept for later; an idle connection has none.
    private const int MaxKept = 128;
    private readonly ConcurrentQueue<Block> _kept = [];
    private int _keptCount;

    /// <inheritdoc/>
    public override int MaxBufferSize => BlockBytes;

    /// <inheritdoc/>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        if (!_kept.TryDequeue(out var block))
        {
            return new Block(this);
        }

        Interlocked.Decrement(ref _keptCount);
        return block;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _kept.Clear();

    private void Return(Block block)
    {
        if (Interlocked.Increment(ref _keptCount) <= MaxKept)
        {
            _kept.Enqueue(block);
        }
        else
        {
            Interlocked.Decrement(ref _keptCount);
        }
    }

    /// <summary>Makes the pools.</summary>
    internal sealed class Factory : IMemoryPoolFactory<byte>
    {
        /// <inheritdoc/>
        public MemoryPool<byte> Create(MemoryPoolOptions? options) => new LargeBlocks();
    }

    // Pinned once, and not for each call of the system.
    private sealed class Block(LargeBlocks pool) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory { get; } = GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true);

        public void Dispose() => pool.Return(this);
    }
}
