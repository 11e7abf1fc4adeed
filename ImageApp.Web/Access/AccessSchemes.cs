namespace ImageApp.Web.Access;

/// <summary>How requests say who asks.</summary>
internal static class AccessSchemes
{
    /// <summary>Whichever of the two below a request uses.</summary>
    public const string Either = "either";

    /// <summary>A browser's cookie.</summary>
    public const string Session = "session";

    /// <summary>A script's token.</summary>
    public const string Token = "token";

    /// <summary>The identity provider, which people are sent to.</summary>
    public const string Provider = "provider";
}
