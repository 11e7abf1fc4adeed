using System.Globalization;
using System.Xml.Linq;
using ImageApp.LocalAws.S3.Store;

namespace ImageApp.LocalAws.S3;

/// <summary>An object's attributes without its bytes (S3 API Reference, GetObjectAttributes).</summary>
internal sealed class ObjectAttributesOperations(ObjectOperations objects)
{
    private const int MaximumParts = 1000;

    private static readonly string[] Attributes = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"];

    public async Task GetAsync(S3Request request, CancellationToken cancellationToken)
    {
        var names = request.Http.Headers["x-amz-object-attributes"]
            .SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .ToHashSet(StringComparer.Ordinal);
        if (names.Count == 0 || names.FirstOrDefault(name => !Attributes.Contains(name)) is not null)
        {
            throw S3Errors.InvalidArgument(
                $"Invalid attribute name specified in x-amz-object-attributes: '{string.Join(", ", names)}'; allowed are "
                + $"{string.Join(", ", Attributes)}.");
        }

        using var lease = objects.Lease(request);
        var stored = lease.Object;
        CustomerKey.Open(stored.CustomerKey, CustomerKey.Of(request))?.Dispose();
        objects.AddVersion(request, stored);
        request.Response.Headers.LastModified = stored.LastModified.ToString("R", CultureInfo.InvariantCulture);
        await request.WriteXmlAsync(
            S3Xml.Element(
                "GetObjectAttributesResponse",
                names.Contains("ETag") ? S3Xml.Element("ETag", stored.ETag) : null,
                names.Contains("Checksum") && stored.Checksum is { } checksum
                    ? S3Xml.Element("Checksum", ObjectOperations.ChecksumElements(checksum))
                    : null,
                names.Contains("ObjectParts") ? Parts(request, stored) : null,
                names.Contains("StorageClass") ? S3Xml.Element("StorageClass", stored.StorageClass) : null,
                names.Contains("ObjectSize")
                    ? S3Xml.Element("ObjectSize", stored.Size.ToString(CultureInfo.InvariantCulture))
                    : null),
            cancellationToken);
    }

    private static XElement? Parts(S3Request request, StoredObject stored)
    {
        if (stored.Parts is not { } parts)
        {
            return null;
        }

        var after = HeaderNumber(request, "x-amz-part-number-marker") ?? 0;
        var maximum = Math.Min(HeaderNumber(request, "x-amz-max-parts") ?? MaximumParts, MaximumParts);
        var following = parts.Where(part => part.Number > after).ToList();
        var page = following.Take(maximum).ToList();

        // Only what has checksums lists its parts; of all others their number is told (S3 API Reference, GetObjectAttributes).
        var lists = stored.Checksum is not null;
        return S3Xml.Element(
            "ObjectParts",
            S3Xml.Element("PartsCount", parts.Count),
            lists
                ? new[]
                {
                    S3Xml.Element("PartNumberMarker", after),
                    S3Xml.Element("NextPartNumberMarker", page.Count > 0 ? page[^1].Number : 0),
                    S3Xml.Element("MaxParts", maximum),
                    S3Xml.Element("IsTruncated", page.Count < following.Count),
                }
                : null,
            lists
                ? page.Select(part => S3Xml.Element(
                    "Part",
                    S3Xml.Element("PartNumber", part.Number),
                    S3Xml.Element("Size", part.Size.ToString(CultureInfo.InvariantCulture)),
                    part.Checksum is null ? null : S3Xml.Element(stored.Checksum!.ElementName, part.Checksum)))
                : null);
    }

    private static int? HeaderNumber(S3Request request, string name)
    {
        if (request.Header(name) is not { } text)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw S3Errors.InvalidArgument($"{name} is '{text}'; it must be a number.");
    }
}
