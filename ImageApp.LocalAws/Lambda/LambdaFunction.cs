using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using ImageApp.LocalAws.Policies;
using ImageApp.LocalAws.Sns;

namespace ImageApp.LocalAws.Lambda;

/// <summary>A function: its configuration, its policy, and the invocations that wait for it or are in its hands.</summary>
internal sealed class LambdaFunction(FunctionRegistration registration, string arn)
{
    public string Name => Registration.Name;

    public string Arn => arn;

    public FunctionRegistration Registration { get; set; } = registration;

    public FunctionState State { get; set; } = new(registration.Name);

    /// <summary>Invocations that no runtime has taken yet.</summary>
    public Channel<Invocation> Waiting { get; } = Channel.CreateUnbounded<Invocation>();

    /// <summary>Invocations in a runtime's hands, by request id.</summary>
    public ConcurrentDictionary<string, Invocation> Running { get; } = new(StringComparer.Ordinal);

    /// <summary>The resource policy; null where it has no statement.</summary>
    public string? Policy => State.Permissions.Count == 0 ? null : new JsonObject
    {
        ["Version"] = "2012-10-17",
        ["Id"] = "default",
        ["Statement"] = new JsonArray([.. State.Permissions.Values.Select(statement => JsonNode.Parse(statement))]),
    }.ToJsonString();

    /// <summary>Whether a service may act on the function.</summary>
    public bool Allows(ServiceCall caller, string action) => Policy is { } policy
        && ResourcePolicy.Evaluate(policy, new PolicyRequest(caller.ServicePrincipal, action, Arn, SnsDelivery.Context(caller))) == PolicyDecision.Allow;
}
