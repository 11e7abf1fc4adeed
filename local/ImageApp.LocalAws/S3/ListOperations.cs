using System.Globalization;
using System.Text;
using System.Xml.Linq;
using ImageApp.LocalAws.S3.Store;
using ImageApp.LocalAws.Signing;

namespace ImageApp.LocalAws.S3;

/// <summary>Listings of a bucket's objects.</summary>
internal sealed class ListOperations(S3Store store, LocalAwsOptions options)
{
    private const int MaximumKeys = 1000;

    public async Task ListV2Async(S3Request request, CancellationToken cancellationToken)
    {
        var token = request.Query("continuation-token");
        var startAfter = request.Query("start-after");
        var query = Query(request, token is null ? startAfter ?? "" : DecodeToken(token));
        var page = store.List(request.Bucket, query);
        var encode = KeyEncoding(request);
        var withOwner = request.Query("fetch-owner") == "true";
        await request.WriteXmlAsync(
            S3Xml.Element(
                "ListBucketResult",
                S3Xml.Element("Name", request.Bucket),
                S3Xml.Element("Prefix", encode(query.Prefix)),
                query.Delimiter.Length > 0 ? S3Xml.Element("Delimiter", encode(query.Delimiter)) : null,
                S3Xml.Element("MaxKeys", query.Maximum),
                request.Query("encoding-type") is { } encoding ? S3Xml.Element("EncodingType", encoding) : null,
                S3Xml.Element("KeyCount", page.Objects.Count + page.CommonPrefixes.Count),
                S3Xml.Element("IsTruncated", page.Next is not null),
                token is null ? null : S3Xml.Element("ContinuationToken", token),
                page.Next is null ? null : S3Xml.Element("NextContinuationToken", EncodeToken(page.Next)),
                startAfter is null ? null : S3Xml.Element("StartAfter", encode(startAfter)),
                page.Objects.Select(stored => Contents(stored, encode, withOwner)),
                CommonPrefixes(page, encode)),
            cancellationToken);
    }

    public async Task ListV1Async(S3Request request, CancellationToken cancellationToken)
    {
        var marker = request.Query("marker") ?? "";
        var query = Query(request, marker);
        var page = store.List(request.Bucket, query);
        var encode = KeyEncoding(request);
        await request.WriteXmlAsync(
            S3Xml.Element(
                "ListBucketResult",
                S3Xml.Element("Name", request.Bucket),
                S3Xml.Element("Prefix", encode(query.Prefix)),
                S3Xml.Element("Marker", encode(marker)),
                page.Next is null || query.Delimiter.Length == 0 ? null : S3Xml.Element("NextMarker", encode(page.Next)),
                query.Delimiter.Length > 0 ? S3Xml.Element("Delimiter", encode(query.Delimiter)) : null,
                S3Xml.Element("MaxKeys", query.Maximum),
                request.Query("encoding-type") is { } encoding ? S3Xml.Element("EncodingType", encoding) : null,
                S3Xml.Element("IsTruncated", page.Next is not null),
                page.Objects.Select(stored => Contents(stored, encode, withOwner: true)),
                CommonPrefixes(page, encode)),
            cancellationToken);
    }

    /// <summary>How keys are written: as they are, or URL-encoded where the client asks for it.</summary>
    /// <exception cref="AwsServiceException">The client asks for something else.</exception>
    public static Func<string, string> KeyEncoding(S3Request request) => request.Query("encoding-type") switch
    {
        null => key => key,
        "url" => key => PercentEncoding.Encode(key, keepSlash: true),
        var other => throw S3Errors.InvalidArgument($"Invalid Encoding Method specified in Request: '{other}'; allowed is url."),
    };

    /// <summary>Which checksum an object has, as listings say it.</summary>
    public static XElement[] ChecksumKind(Checksum checksum) =>
    [
        S3Xml.Element("ChecksumAlgorithm", Checksum.NameOf(checksum.Algorithm)),
        S3Xml.Element("ChecksumType", checksum.TypeName),
    ];

    private static ListQuery Query(S3Request request, string after) =>
        new(
            request.Query("prefix") ?? "",
            request.Query("delimiter") ?? "",
            after,
            Math.Min(request.QueryNumber("max-keys", 0, int.MaxValue) ?? MaximumKeys, MaximumKeys));

    private XElement Contents(StoredObject stored, Func<string, string> encode, bool withOwner) =>
        S3Xml.Element(
            "Contents",
            S3Xml.Element("Key", encode(stored.Key)),
            S3Xml.Element("LastModified", S3Xml.Timestamp(stored.LastModified)),
            S3Xml.Element("ETag", stored.QuotedETag),
            stored.Checksum is { } checksum ? ChecksumKind(checksum) : null,
            S3Xml.Element("Size", stored.Size.ToString(CultureInfo.InvariantCulture)),
            withOwner ? S3Xml.Element("Owner", S3Xml.Element("ID", options.AccountId)) : null,
            S3Xml.Element("StorageClass", stored.StorageClass));

    private static IEnumerable<XElement> CommonPrefixes(ListPage page, Func<string, string> encode) =>
        page.CommonPrefixes.Select(prefix => S3Xml.Element("CommonPrefixes", S3Xml.Element("Prefix", encode(prefix))));

    private static string EncodeToken(string next) => Convert.ToBase64String(Encoding.UTF8.GetBytes(next));

    private static string DecodeToken(string token)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(token));
        }
        catch (FormatException)
        {
            throw S3Errors.InvalidArgument("The continuation token provided is incorrect.");
        }
    }
}
