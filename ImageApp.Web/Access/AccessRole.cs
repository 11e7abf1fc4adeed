namespace ImageApp.Web.Access;

/// <summary>What a person may do; each role may do what those before it may.</summary>
public enum AccessRole
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Look at pictures, and download them.</summary>
    Viewer,

    /// <summary>Add pictures, correct captions, arrange albums.</summary>
    Contributor,

    /// <summary>Delete, have pictures described again, share, and everything else.</summary>
    Owner,
}
