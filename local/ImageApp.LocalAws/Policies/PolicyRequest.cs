namespace ImageApp.LocalAws.Policies;

/// <summary>What a resource policy is asked (IAM User Guide, "Policy evaluation logic").</summary>
/// <param name="Principal">A service principal such as <c>sns.amazonaws.com</c>, an ARN or account id, or <c>*</c> for an unsigned caller.</param>
/// <param name="Action">For example <c>sns:Publish</c>.</param>
/// <param name="ResourceArn">What is acted on.</param>
/// <param name="Context">Condition keys and their values, for example <c>aws:SourceArn</c>; keys compare without case.</param>
public sealed record PolicyRequest(string Principal, string Action, string ResourceArn, IReadOnlyDictionary<string, string> Context);
