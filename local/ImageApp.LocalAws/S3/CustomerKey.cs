using System.Net;
using System.Security.Cryptography;
using ImageApp.LocalAws.S3.Configuration;
using ImageApp.LocalAws.S3.Store;

namespace ImageApp.LocalAws.S3;

/// <summary>
/// The encryption key that a request brings along (S3 User Guide, "Using server-side encryption with customer-provided keys").
/// </summary>
/// <param name="Key">32 bytes.</param>
/// <param name="Md5">Its MD5 in Base64.</param>
internal sealed record CustomerKey(byte[] Key, string Md5)
{
    private const string Prefix = "x-amz-server-side-encryption-customer-";
    private const string SourcePrefix = "x-amz-copy-source-server-side-encryption-customer-";
    private const int KeyBytes = 32;

    /// <summary>The key for the object; null where there is none.</summary>
    /// <exception cref="AwsServiceException">It is incomplete or no such key.</exception>
    public static CustomerKey? Of(S3Request request) => Parse(request, Prefix);

    /// <summary>The key of a copy's source; null where there is none.</summary>
    /// <exception cref="AwsServiceException">It is incomplete or no such key.</exception>
    public static CustomerKey? OfCopySource(S3Request request) => Parse(request, SourcePrefix);

    /// <summary>The cipher of an object's bytes; null where they are not encrypted.</summary>
    /// <param name="check">What is stored with the object.</param>
    /// <param name="given">The key that the request brings.</param>
    /// <exception cref="AwsServiceException">A key is missing, superfluous, or not the one that was used.</exception>
    public static BlobCipher? Open(CustomerKeyCheck? check, CustomerKey? given) => (check, given) switch
    {
        (null, null) => null,
        (null, _) => throw Refused(
            "The encryption parameters are not applicable to this object: it is not encrypted with a customer's key."),
        (_, null) => throw Refused(
            "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the "
            + "object."),
        _ => check.Knows(given.Key)
            ? new BlobCipher(given.Key)
            : throw Refused("The provided encryption parameters did not match the ones used originally."),
    };

    /// <summary>Says in the answer how the object is encrypted.</summary>
    public static void AddHeaders(S3Request request, CustomerKey? key)
    {
        if (key is null)
        {
            request.Response.Headers["x-amz-server-side-encryption"] = BucketEncryption.Algorithm;
            return;
        }

        request.Response.Headers[Prefix + "algorithm"] = BucketEncryption.Algorithm;
        request.Response.Headers[Prefix + "key-MD5"] = key.Md5;
    }

    private static CustomerKey? Parse(S3Request request, string prefix)
    {
        var algorithm = request.Header(prefix + "algorithm");
        var (key, md5) = (request.Header(prefix + "key"), request.Header(prefix + "key-MD5"));
        if (algorithm is null && key is null && md5 is null)
        {
            return null;
        }

        if (prefix == Prefix && request.Header("x-amz-server-side-encryption") is { } method)
        {
            throw S3Errors.InvalidArgument(
                "Server Side Encryption with Customer provided key is incompatible with the encryption method specified: "
                + $"x-amz-server-side-encryption is '{method}'.");
        }

        const string provided = "Requests specifying Server Side Encryption with Customer provided keys must provide";
        if (algorithm != BucketEncryption.Algorithm)
        {
            throw algorithm is null
                ? S3Errors.InvalidArgument($"{provided} a valid encryption algorithm.")
                : new AwsServiceException(
                    "InvalidEncryptionAlgorithmError",
                    $"The encryption request you specified is not valid: '{algorithm}'. The valid value is {BucketEncryption.Algorithm}.");
        }

        var bytes = new byte[KeyBytes + 2];
        if (key is null || !Convert.TryFromBase64String(key, bytes, out var length) || length != KeyBytes)
        {
            throw S3Errors.InvalidArgument($"{provided} an appropriate secret key: {KeyBytes} bytes in Base64.");
        }

        bytes = bytes[..KeyBytes];
        return md5 == Convert.ToBase64String(Md5Of(bytes))
            ? new CustomerKey(bytes, md5)
            : throw S3Errors.InvalidArgument(
                md5 is null
                    ? $"{provided} the client calculated MD5 of the secret key."
                    : "The calculated MD5 hash of the key did not match the hash that was provided.");
    }

    private static byte[] Md5Of(byte[] bytes)
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        md5.AppendData(bytes);
        return md5.GetHashAndReset();
    }

    private static AwsServiceException Refused(string message) => new("InvalidRequest", message, HttpStatusCode.BadRequest);
}
