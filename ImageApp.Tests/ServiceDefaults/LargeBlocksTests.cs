using ImageApp.ServiceDefaults;

namespace ImageApp.Tests.ServiceDefaults;

/// <summary>The blocks that Kestrel receives into.</summary>
public sealed class LargeBlocksTests
{
    [Fact]
    public void A_block_that_was_given_back_is_lent_again_and_no_two_share_their_bytes()
    {
        using var blocks = new LargeBlocks();
        var first = blocks.Rent(4096);
        var second = blocks.Rent();
        Assert.Equal(LargeBlocks.BlockBytes, first.Memory.Length);
        Assert.False(first.Memory.Span.Overlaps(second.Memory.Span));

        var memory = first.Memory;
        first.Dispose();
        Assert.Equal(memory, blocks.Rent().Memory);
    }

    [Fact]
    public void More_than_a_block_is_refused()
    {
        using var blocks = new LargeBlocks();
        Assert.Throws<ArgumentOutOfRangeException>(() => blocks.Rent(blocks.MaxBufferSize + 1));
    }
}
