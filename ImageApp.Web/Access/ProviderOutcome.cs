namespace ImageApp.Web.Access;

/// <summary>What came of asking the identity provider about a person.</summary>
internal enum ProviderOutcome
{
    /// <summary>It could not be asked, or did not answer as it should.</summary>
    Unreachable,

    /// <summary>It knows the person, and said what they are.</summary>
    Confirmed,

    /// <summary>It does not let the person in any more, or its answer was not its own.</summary>
    Gone,
}
