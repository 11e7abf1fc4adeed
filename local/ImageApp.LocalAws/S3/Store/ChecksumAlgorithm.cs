namespace ImageApp.LocalAws.S3.Store;

/// <summary>The checksums S3 knows (S3 User Guide, "Checking object integrity"); the names are those of its headers, without case.</summary>
internal enum ChecksumAlgorithm
{
    Crc32,
    Crc32C,
    Crc64Nvme,
    Sha1,
    Sha256,
}
