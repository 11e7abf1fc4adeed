namespace ImageApp.LocalAws;

/// <summary>One AWS service acting on another's resource, as the resource's policy sees it.</summary>
/// <param name="ServicePrincipal">Who calls, for example <c>s3.amazonaws.com</c>.</param>
/// <param name="SourceArn">The resource on whose behalf, condition key <c>aws:SourceArn</c>.</param>
/// <param name="SourceAccount">The account that owns it, condition key <c>aws:SourceAccount</c>.</param>
public sealed record ServiceCall(string ServicePrincipal, string SourceArn, string SourceAccount);
