namespace ImageApp.LocalAws.S3.Store;

/// <summary>A checksum as it is stored with an object or part.</summary>
/// <param name="Algorithm">The algorithm.</param>
/// <param name="Value">Base64; for a composite one followed by <c>-parts</c>.</param>
/// <param name="IsComposite">Whether it is the checksum of the parts' checksums.</param>
internal sealed record Checksum(ChecksumAlgorithm Algorithm, string Value, bool IsComposite = false)
{
    public static IReadOnlyList<ChecksumAlgorithm> Algorithms { get; } = Enum.GetValues<ChecksumAlgorithm>();

    /// <summary>For example <c>x-amz-checksum-crc32</c>.</summary>
    public string HeaderName => HeaderNameOf(Algorithm);

    /// <summary>For example <c>ChecksumCRC32</c>.</summary>
    public string ElementName => ElementNameOf(Algorithm);

    public string TypeName => IsComposite ? "COMPOSITE" : "FULL_OBJECT";

    public static string HeaderNameOf(ChecksumAlgorithm algorithm) => "x-amz-checksum-" + algorithm.ToString().ToLowerInvariant();

    public static string ElementNameOf(ChecksumAlgorithm algorithm) => "Checksum" + NameOf(algorithm);

    /// <summary>As in <c>x-amz-checksum-algorithm</c>.</summary>
    public static string NameOf(ChecksumAlgorithm algorithm) => algorithm.ToString().ToUpperInvariant();

    /// <summary>Reads a name such as <c>CRC32</c>.</summary>
    /// <exception cref="AwsServiceException">There is no such algorithm.</exception>
    public static ChecksumAlgorithm ParseName(string name) =>
        Algorithms
            .Where(algorithm => NameOf(algorithm).Equals(name, StringComparison.OrdinalIgnoreCase))
            .Cast<ChecksumAlgorithm?>()
            .FirstOrDefault()
        ?? throw new AwsServiceException(
            "InvalidRequest",
            $"Checksum algorithm provided is unsupported: '{name}'. Please try again with any of the valid types: "
            + $"[{string.Join(", ", Algorithms.Select(NameOf))}]");
}

/// <summary>
/// The checksums S3 knows (S3 User Guide, "Checking object integrity"); the names are those of its headers, without case.
/// </summary>
internal enum ChecksumAlgorithm
{
    Crc32,
    Crc32C,
    Crc64Nvme,
    Sha1,
    Sha256,
}
