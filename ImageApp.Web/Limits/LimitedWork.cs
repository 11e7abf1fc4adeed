namespace ImageApp.Web.Limits;

/// <summary>What costs enough that one person or address may not have all of it.</summary>
internal enum LimitedWork
{
    /// <summary>Requests that bring files through the application.</summary>
    Uploads,

    /// <summary>Grants to put a file straight into the bucket.</summary>
    Grants,

    /// <summary>Pictures whose thumbnail and caption are made again.</summary>
    Retries,

    /// <summary>Pages and lists of a search.</summary>
    Searches,

    /// <summary>Originals as one zip.</summary>
    Zips,
}
