using System.Text.Json.Serialization;
using Amazon.Lambda.SNSEvents;

namespace ImageApp.FunctionDefaults;

[JsonSerializable(typeof(SNSEvent))]
internal sealed partial class FunctionJson : JsonSerializerContext;
