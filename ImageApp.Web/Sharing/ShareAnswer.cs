namespace ImageApp.Web.Sharing;

/// <summary>What became of a password that was tried.</summary>
internal enum ShareAnswer
{
    /// <summary>It is the one, or none is asked for.</summary>
    Right,

    /// <summary>It is not.</summary>
    Wrong,

    /// <summary>It was not looked at: too many were tried.</summary>
    TooMany,
}
