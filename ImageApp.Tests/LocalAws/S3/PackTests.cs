using System.Security.Cryptography;
using Amazon.S3.Model;

namespace ImageApp.Tests.LocalAws.S3;

/// <summary>Small objects share files; what is deleted gives its room back.</summary>
public sealed class PackTests : BucketTest
{
    private const int ObjectBytes = 60 * 1024;
    private const int PackBytes = 16 * 1024 * 1024;

    [Fact]
    public async Task Small_objects_share_a_file_and_come_back_after_a_restart()
    {
        var contents = Enumerable.Range(0, 50).Select(_ => RandomNumberGenerator.GetBytes(10_000)).ToList();
        await Parallel.ForEachAsync(Enumerable.Range(0, 50), Cancelled, async (number, _) => await PutAsync(number, contents[number]));
        Assert.Single(Packs());
        await RestartAsync();
        for (var number = 0; number < 50; number++)
        {
            Assert.Equal(contents[number], await GetAsync(number));
        }

        await PutAsync(50, contents[0]);
        Assert.Single(Packs());
    }

    [Fact]
    public async Task A_pack_of_which_nothing_is_used_is_deleted()
    {
        var content = RandomNumberGenerator.GetBytes(ObjectBytes);
        for (var round = 0; round < 3 * PackBytes / ObjectBytes; round++)
        {
            await PutAsync(0, content);
        }

        Assert.InRange(Packs().Count, 1, 2);
        await S3.DeleteObjectAsync(Bucket, "0", Cancelled);
        Assert.Empty(Packs());
    }

    [Fact]
    public async Task What_is_left_of_a_pack_that_is_mostly_unused_moves_when_local_AWS_starts()
    {
        var contents = Enumerable.Range(0, 3 * PackBytes / ObjectBytes).Select(_ => RandomNumberGenerator.GetBytes(ObjectBytes)).ToList();
        for (var number = 0; number < contents.Count; number++)
        {
            await PutAsync(number, contents[number]);
        }

        var kept = Enumerable.Range(0, contents.Count).Where(number => number % 20 == 0).ToList();
        foreach (var number in Enumerable.Range(0, contents.Count).Except(kept))
        {
            await S3.DeleteObjectAsync(Bucket, $"{number}", Cancelled);
        }

        var before = Packs().Sum(pack => pack.Length);
        await RestartAsync(); // moves
        await RestartAsync(); // deletes
        Assert.True(Packs().Sum(pack => pack.Length) < before / 2, $"{Packs().Sum(pack => pack.Length)} of {before} bytes are left.");
        foreach (var number in kept)
        {
            Assert.Equal(contents[number], await GetAsync(number));
        }
    }

    private async Task PutAsync(int number, byte[] content)
    {
        using var stream = new MemoryStream(content);
        await S3.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = $"{number}", InputStream = stream }, Cancelled);
    }

    private async Task<byte[]> GetAsync(int number)
    {
        using var response = await S3.GetObjectAsync(Bucket, $"{number}", Cancelled);
        using var bytes = new MemoryStream();
        await response.ResponseStream.CopyToAsync(bytes, Cancelled);
        return bytes.ToArray();
    }

    private List<FileInfo> Packs() =>
        [.. new DirectoryInfo(Path.Combine(Host.Options.DataDirectory, "s3", "blobs", "packs")).EnumerateFiles()];
}
