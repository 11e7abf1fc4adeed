namespace ImageApp.LocalAws.S3;

/// <summary>Content that arrived whole and passed every check.</summary>
internal sealed record ReceivedContent(string DataFile, long Size, string Md5, Dictionary<string, string> Checksums);
