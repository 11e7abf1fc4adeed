using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageApp.FunctionDefaults.Events;

/// <summary>The part of S3's notification that the app reads, in the notification's own shape.</summary>
internal sealed record S3EventDocument(List<S3EventDocument.Record>? Records, string? Event)
{
    internal sealed record Record(string? EventName, DateTimeOffset EventTime, Entity? S3);

    internal sealed record Entity(BucketEntity? Bucket, ObjectEntity? Object);

    internal sealed record BucketEntity(string? Name);

    internal sealed record ObjectEntity(string? Key, long Size, string? ETag, string? Sequencer);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(S3EventDocument))]
internal sealed partial class S3EventJson : JsonSerializerContext;
