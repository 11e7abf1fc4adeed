using System.Text.Json.Nodes;
using ImageApp.LocalAws.CloudFormation;

namespace ImageApp.LocalAws.Lambda;

/// <summary><c>AWS::Lambda::EventInvokeConfig</c>.</summary>
internal sealed class EventInvokeConfigHandler(LambdaStore functions, TimeProvider time) : IReadableResourceType
{
    public string TypeName => "AWS::Lambda::EventInvokeConfig";

    public IReadOnlySet<string> Properties { get; } =
        new HashSet<string>
        {
            "FunctionName",
            "Qualifier",
            "MaximumRetryAttempts",
            "MaximumEventAgeInSeconds",
            "DestinationConfig.OnFailure.Destination",
            "DestinationConfig.OnSuccess.Destination",
        };

    public IReadOnlySet<string> ReplacementProperties { get; } = new HashSet<string> { "FunctionName", "Qualifier" };

    public IReadOnlySet<string> Attributes { get; } = new HashSet<string>();

    public string? ImportIdentifier => null;

    public async Task<ProvisionedResource> CreateAsync(ResourceRequest request, CancellationToken cancellationToken)
    {
        var function = Find(request.Properties);
        await PutAsync(function, request.Properties, cancellationToken);
        return new ProvisionedResource(request.GeneratedName, new Dictionary<string, string>());
    }

    public async Task<ProvisionedResource> UpdateAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken)
    {
        await PutAsync(Find(request.Properties), request.Properties, cancellationToken);
        return new ProvisionedResource(physicalId, new Dictionary<string, string>());
    }

    public async Task DeleteAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await functions.ChangeAsync(
                Find(request.Properties),
                settings => settings with { EventInvokeConfig = null },
                cancellationToken);
        }
        catch (AwsServiceException failure) when (failure.Code == "ResourceNotFoundException")
        {
            // The function is gone, and its configuration with it.
        }
    }

    /// <inheritdoc />
    public Task<PresentResource?> ReadAsync(string physicalId, JsonObject properties, CancellationToken cancellationToken)
    {
        var name = FunctionName.Parse(properties.RequiredText("FunctionName"));
        if (functions.Find(name)?.Settings.EventInvokeConfig is not { } config)
        {
            return Task.FromResult<PresentResource?>(null);
        }

        var present = new JsonObject
        {
            ["FunctionName"] = properties["FunctionName"]!.DeepClone(),
            ["Qualifier"] = properties["Qualifier"]!.DeepClone(),
        };
        if (config.MaximumRetryAttempts is { } attempts)
        {
            present["MaximumRetryAttempts"] = attempts;
        }

        if (config.MaximumEventAgeInSeconds is { } age)
        {
            present["MaximumEventAgeInSeconds"] = age;
        }

        var destinations = new JsonObject();
        foreach (var (kind, target) in new[] { ("OnFailure", config.OnFailure), ("OnSuccess", config.OnSuccess) })
        {
            if (target is not null)
            {
                destinations[kind] = new JsonObject { ["Destination"] = target };
            }
        }

        if (destinations.Count > 0)
        {
            present["DestinationConfig"] = destinations;
        }

        return Task.FromResult<PresentResource?>(new PresentResource(new Dictionary<string, string>(), present));
    }

    private static string? Destination(JsonObject properties, string kind) =>
        (properties["DestinationConfig"] as JsonObject)?[kind] is JsonObject destination ? destination.RequiredText("Destination") : null;

    private Function Find(JsonObject properties) =>
        functions.Get($"{properties.RequiredText("FunctionName")}:{properties.RequiredText("Qualifier")}");

    private async Task PutAsync(Function function, JsonObject properties, CancellationToken cancellationToken)
    {
        var config = new EventInvokeConfig
        {
            MaximumRetryAttempts = properties.Number("MaximumRetryAttempts"),
            MaximumEventAgeInSeconds = properties.Number("MaximumEventAgeInSeconds"),
            OnFailure = Destination(properties, "OnFailure"),
            OnSuccess = Destination(properties, "OnSuccess"),
            LastModified = time.GetUtcNow(),
        };
        config.Validate();
        await functions.ChangeAsync(function, settings => settings with { EventInvokeConfig = config }, cancellationToken);
    }
}
