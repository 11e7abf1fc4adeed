namespace ImageApp.Benchmarks.Stores;

/// <summary>How a program with S3's interface is started.</summary>
/// <param name="Name">What the report calls it.</param>
/// <param name="Program">The program.</param>
/// <param name="Arguments">Its arguments for a port.</param>
/// <param name="AccessKeyId">The key id it takes.</param>
/// <param name="SecretAccessKey">The secret that belongs to it.</param>
internal sealed record ObjectStoreDescription(
    string Name,
    string Program,
    Func<int, IEnumerable<string>> Arguments,
    string AccessKeyId,
    string SecretAccessKey);
