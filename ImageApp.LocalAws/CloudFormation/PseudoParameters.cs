namespace ImageApp.LocalAws.CloudFormation;

/// <summary>The names CloudFormation predefines.</summary>
internal static class PseudoParameters
{
    public static IReadOnlyList<string> Names { get; } =
        ["AWS::AccountId", "AWS::Region", "AWS::StackName", "AWS::StackId", "AWS::Partition", "AWS::URLSuffix", "AWS::NoValue", "AWS::NotificationARNs"];
}
