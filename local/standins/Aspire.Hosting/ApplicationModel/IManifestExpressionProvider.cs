namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value as manifests write it.</summary>
public interface IManifestExpressionProvider
{
    /// <summary>For example <c>{mysql.bindings.tcp.port}</c>.</summary>
    string ValueExpression { get; }
}
