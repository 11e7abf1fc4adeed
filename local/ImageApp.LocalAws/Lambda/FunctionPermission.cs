namespace ImageApp.LocalAws.Lambda;

/// <summary>A permission to add to a function's policy.</summary>
/// <param name="StatementId">Its id in the policy.</param>
/// <param name="Action">For example <c>lambda:InvokeFunction</c>.</param>
/// <param name="Principal">A service such as <c>sns.amazonaws.com</c>, an account or an ARN.</param>
/// <param name="SourceArn">On whose behalf the service may act, with wildcards; null for any.</param>
/// <param name="SourceAccount">The account that owns the source; null for any.</param>
internal sealed record FunctionPermission(string StatementId, string Action, string Principal, string? SourceArn, string? SourceAccount);
