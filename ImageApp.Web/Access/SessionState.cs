namespace ImageApp.Web.Access;

/// <summary>What the catalogue knows of the session that a request has.</summary>
/// <param name="KeyHash">Its key there.</param>
/// <param name="Age">How long ago the identity provider confirmed the person.</param>
internal sealed record SessionState(byte[] KeyHash, TimeSpan Age)
{
    /// <summary>Its name among a ticket's parameters, which are not stored.</summary>
    public const string Parameter = "session";
}
