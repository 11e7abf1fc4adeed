using ImageApp.Core;

namespace ImageApp.Web.Export;

/// <summary>What is taken of an import. Configuration section <c>Import</c>.</summary>
internal sealed record ImportOptions
{
    /// <summary>The configuration section's name.</summary>
    public const string Section = "Import";

    /// <summary>The largest archive, in bytes (10 GB). It is kept in the folder for temporary files while it is read.</summary>
    public long MaxBytes { get; set; } = 10_000_000_000;

    /// <summary>The most that an archive's files may have together, in bytes: pictures hardly get smaller in one.</summary>
    public long MaxUnpackedBytes => MaxBytes * 2;

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">An option is not valid; the message names it.</exception>
    public ImportOptions Validated()
    {
        OptionsCheck.Require(
            MaxBytes is > 0 and <= long.MaxValue / 4, Section, nameof(MaxBytes), MaxBytes, "1 or more, and less than 2 EB");
        return this;
    }
}
