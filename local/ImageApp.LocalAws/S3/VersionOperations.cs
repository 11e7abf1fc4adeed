using System.Globalization;
using System.Xml.Linq;
using ImageApp.LocalAws.S3.Store;

namespace ImageApp.LocalAws.S3;

/// <summary>Versions of a bucket's objects (S3 User Guide, "Using versioning in S3 buckets").</summary>
internal sealed class VersionOperations(S3Store store, LocalAwsOptions options)
{
    private const int MaximumVersions = 1000;

    public async Task ListAsync(S3Request request, CancellationToken cancellationToken)
    {
        var query = new VersionQuery(
            request.Query("prefix") ?? "",
            request.Query("delimiter") ?? "",
            request.Query("key-marker") ?? "",
            request.Query("version-id-marker") ?? "",
            Math.Min(request.QueryNumber("max-keys", 0, int.MaxValue) ?? MaximumVersions, MaximumVersions));
        if (query.VersionIdMarker.Length > 0)
        {
            S3Request.RequireVersionId(query.VersionIdMarker);
            if (query.KeyMarker.Length == 0)
            {
                throw S3Errors.InvalidArgument("A version-id marker cannot be specified without a key marker.");
            }
        }

        var page = store.ListVersions(request.Bucket, query);
        var encode = ListOperations.KeyEncoding(request);
        await request.WriteXmlAsync(
            S3Xml.Element(
                "ListVersionsResult",
                S3Xml.Element("Name", request.Bucket),
                S3Xml.Element("Prefix", encode(query.Prefix)),
                S3Xml.Element("KeyMarker", encode(query.KeyMarker)),
                S3Xml.Element("VersionIdMarker", query.VersionIdMarker),
                page.NextKey is null ? null : S3Xml.Element("NextKeyMarker", encode(page.NextKey)),
                page.NextVersionId is null ? null : S3Xml.Element("NextVersionIdMarker", page.NextVersionId),
                S3Xml.Element("MaxKeys", query.Maximum),
                query.Delimiter.Length > 0 ? S3Xml.Element("Delimiter", encode(query.Delimiter)) : null,
                request.Query("encoding-type") is { } encoding ? S3Xml.Element("EncodingType", encoding) : null,
                S3Xml.Element("IsTruncated", page.IsTruncated),
                page.Versions.Select(version => Version(version, encode)),
                page.CommonPrefixes.Select(prefix => S3Xml.Element("CommonPrefixes", S3Xml.Element("Prefix", encode(prefix))))),
            cancellationToken);
    }

    private XElement Version(ListedVersion listed, Func<string, string> encode)
    {
        var version = listed.Version;
        return S3Xml.Element(
            version.IsDeleteMarker ? "DeleteMarker" : "Version",
            S3Xml.Element("Key", encode(version.Key)),
            S3Xml.Element("VersionId", version.VersionName),
            S3Xml.Element("IsLatest", listed.IsLatest),
            S3Xml.Element("LastModified", S3Xml.Timestamp(version.LastModified)),
            version.IsDeleteMarker
                ? null
                : new[]
                {
                    S3Xml.Element("ETag", version.QuotedETag),
                    S3Xml.Element("Size", version.Size.ToString(CultureInfo.InvariantCulture)),
                    S3Xml.Element("StorageClass", version.StorageClass),
                },
            version is { IsDeleteMarker: false, Checksum: { } checksum } ? ListOperations.ChecksumKind(checksum) : null,
            S3Xml.Element("Owner", S3Xml.Element("ID", options.AccountId)));
    }
}
