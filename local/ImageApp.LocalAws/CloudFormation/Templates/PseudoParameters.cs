using System.Collections.Frozen;
using System.Text.Json.Nodes;

namespace ImageApp.LocalAws.CloudFormation.Templates;

/// <summary>What a template may refer to without declaring it (CloudFormation User Guide, "Pseudo parameters").</summary>
internal sealed record PseudoParameters(
    string AccountId,
    string Region,
    string StackName,
    string StackId,
    IReadOnlyList<string> NotificationArns)
{
    public const string NoValue = "AWS::NoValue";

    public static FrozenSet<string> Names { get; } =
        FrozenSet.ToFrozenSet([
            "AWS::AccountId",
            "AWS::NotificationARNs",
            NoValue,
            "AWS::Partition",
            "AWS::Region",
            "AWS::StackId",
            "AWS::StackName",
            "AWS::URLSuffix",
        ]);

    /// <returns>Null for <see cref="NoValue"/>.</returns>
    public JsonNode? this[string name] => name switch
    {
        "AWS::AccountId" => AccountId,
        "AWS::Region" => Region,
        "AWS::StackName" => StackName,
        "AWS::StackId" => StackId,
        "AWS::Partition" => Partition(Region),
        "AWS::URLSuffix" => Partition(Region) == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com",
        "AWS::NotificationARNs" => new JsonArray([.. NotificationArns.Select(arn => JsonValue.Create(arn))]),
        NoValue => null,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "Not a pseudo parameter."),
    };

    /// <summary>The part of ARNs that names the group of regions.</summary>
    public static string Partition(string region) =>
        region.StartsWith("cn-", StringComparison.Ordinal) ? "aws-cn"
        : region.StartsWith("us-gov-", StringComparison.Ordinal) ? "aws-us-gov"
        : "aws";
}
