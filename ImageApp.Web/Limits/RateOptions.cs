using ImageApp.Core;

namespace ImageApp.Web.Limits;

/// <summary>How fast something may be asked for.</summary>
internal sealed record RateOptions
{
    /// <summary>How many at once.</summary>
    public int Burst { get; set; }

    /// <summary>How many a second after that.</summary>
    public double PerSecond { get; set; }

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">An option is not valid; the message names it.</exception>
    public void Validate(string section)
    {
        OptionsCheck.Require(Burst > 0, section, nameof(Burst), Burst, "1 or more");
        OptionsCheck.Require(PerSecond is > 0 and <= 10_000, section, nameof(PerSecond), PerSecond, "more than 0, at most 10,000");
    }
}
