using ImageApp.LocalAws.Signing;

namespace ImageApp.LocalAws.S3;

/// <summary>The file of a form, which its policy may want to be of some size.</summary>
internal sealed class PostFileStream(Stream file, long minimumBytes, long maximumBytes) : PayloadStream
{
    private long _count;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count;
        try
        {
            count = await file.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException exception)
        {
            throw new AwsServiceException("IncompleteBody", $"The file of the form ends before its boundary: {exception.Message}");
        }

        _count += count;
        if (_count > maximumBytes)
        {
            throw new AwsServiceException(
                "EntityTooLarge",
                $"Your proposed upload exceeds the maximum allowed size: {maximumBytes} bytes, says the policy.");
        }

        if (count == 0 && !buffer.IsEmpty && _count < minimumBytes)
        {
            throw new AwsServiceException(
                "EntityTooSmall",
                $"Your proposed upload is smaller than the minimum allowed size: {_count} bytes; the policy asks for {minimumBytes}.");
        }

        return count;
    }
}
