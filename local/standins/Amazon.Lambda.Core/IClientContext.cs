namespace Amazon.Lambda.Core;

/// <summary>What a mobile caller says of itself.</summary>
public interface IClientContext
{
    /// <summary>Values the mobile SDK sets.</summary>
    IDictionary<string, string> Environment { get; }

    /// <summary>Values the caller sets.</summary>
    IDictionary<string, string> Custom { get; }
}
