using System.Text.Json.Nodes;
using ImageApp.LocalAws.CloudFormation;

namespace ImageApp.LocalAws.Lambda;

/// <summary><c>AWS::Lambda::Permission</c>: one statement of a function's policy; any change makes a new one.</summary>
internal sealed class PermissionHandler(LambdaStore functions) : IReadableResourceType
{
    private const int MaximumIdLength = 100;

    public string TypeName => "AWS::Lambda::Permission";

    public IReadOnlySet<string> Properties { get; } =
        new HashSet<string> { "FunctionName", "Action", "Principal", "SourceArn", "SourceAccount" };

    public IReadOnlySet<string> ReplacementProperties => Properties;

    public IReadOnlySet<string> Attributes { get; } = new HashSet<string> { "Id" };

    public string? ImportIdentifier => null;

    public async Task<ProvisionedResource> CreateAsync(ResourceRequest request, CancellationToken cancellationToken)
    {
        var properties = request.Properties;
        var function = functions.Get(properties.RequiredText("FunctionName"));

        // The end of a generated name is what makes it unique.
        var id = request.GeneratedName.Length <= MaximumIdLength ? request.GeneratedName : request.GeneratedName[^MaximumIdLength..];
        if (request.IsRetry)
        {
            await DeleteAsync(id, request, cancellationToken);
        }

        var permission = new FunctionPermission(
            id,
            properties.RequiredText("Action"),
            properties.RequiredText("Principal"),
            properties.Text("SourceArn"),
            properties.Text("SourceAccount"));
        await functions.ChangeAsync(
            function,
            settings => settings with { Policy = FunctionPolicy.Add(settings.Policy, function.Arn, permission).Policy },
            cancellationToken);
        return new ProvisionedResource(id, new Dictionary<string, string> { ["Id"] = id });
    }

    public Task<ProvisionedResource> UpdateAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("Every property of AWS::Lambda::Permission needs a replacement.");

    public async Task DeleteAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var function = functions.Get(request.Properties.RequiredText("FunctionName"));
            await functions.ChangeAsync(
                function,
                settings => settings with { Policy = FunctionPolicy.Remove(settings.Policy, physicalId, function.Arn) },
                cancellationToken);
        }
        catch (AwsServiceException failure) when (failure.Code == "ResourceNotFoundException")
        {
            // The function or the statement is gone already.
        }
    }

    /// <inheritdoc />
    public Task<PresentResource?> ReadAsync(string physicalId, JsonObject properties, CancellationToken cancellationToken) =>
        Task.FromResult(
            functions.Find(FunctionName.Parse(properties.RequiredText("FunctionName"))) is { } function
            && FunctionPolicy.Find(function.Settings.Policy, physicalId) is { } found
                ? new PresentResource(new Dictionary<string, string> { ["Id"] = physicalId }, Read(found, properties))
                : null);

    private static JsonObject Read(FunctionPermission permission, JsonObject expected)
    {
        // An account's number and its root are the same principal.
        var principal = expected.Text("Principal") is { } given && permission.Principal == $"arn:aws:iam::{given}:root"
            ? given
            : permission.Principal;
        var present = new JsonObject
        {
            ["FunctionName"] = expected["FunctionName"]!.DeepClone(),
            ["Action"] = permission.Action,
            ["Principal"] = principal,
        };
        foreach (var (name, value) in new[] { ("SourceArn", permission.SourceArn), ("SourceAccount", permission.SourceAccount) })
        {
            if (value is not null)
            {
                present[name] = value;
            }
        }

        return present;
    }
}
