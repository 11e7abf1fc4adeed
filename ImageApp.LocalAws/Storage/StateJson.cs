using System.Text.Json;
using System.Text.Json.Serialization;
using ImageApp.LocalAws.CloudFormation;
using ImageApp.LocalAws.Lambda;
using ImageApp.LocalAws.S3;
using ImageApp.LocalAws.Sns;
using ImageApp.LocalAws.Sqs;

namespace ImageApp.LocalAws.Storage;

/// <summary>Everything local AWS keeps on disk.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.General, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Bucket))]
[JsonSerializable(typeof(StoredObject))]
[JsonSerializable(typeof(MultipartUpload))]
[JsonSerializable(typeof(PendingEvent))]
[JsonSerializable(typeof(Topic))]
[JsonSerializable(typeof(Subscription))]
[JsonSerializable(typeof(PendingDelivery))]
[JsonSerializable(typeof(Queue))]
[JsonSerializable(typeof(QueueMessage))]
[JsonSerializable(typeof(FunctionState))]
[JsonSerializable(typeof(AsynchronousInvocation))]
[JsonSerializable(typeof(Stack))]
internal sealed partial class StateJson : JsonSerializerContext;
