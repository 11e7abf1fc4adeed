namespace ImageApp.Core;

/// <summary>
/// How settings are checked. Every options record has its <c>Section</c> and a <c>Validated</c> method; whoever registers it binds and
/// validates it at once, so that a process with a wrong setting ends at start and names it.
/// </summary>
public static class OptionsCheck
{
    /// <summary>Demands that a setting is valid.</summary>
    /// <param name="valid">Whether it is.</param>
    /// <param name="section">The configuration section.</param>
    /// <param name="name">The setting's name.</param>
    /// <param name="value">Its value.</param>
    /// <param name="allowed">What is allowed, in words.</param>
    /// <exception cref="ArgumentException">It is not; the message names the setting, its value and what is allowed.</exception>
    public static void Require(bool valid, string section, string name, object? value, string allowed)
    {
        if (valid)
        {
            return;
        }

        throw new ArgumentException(value is null or ""
            ? $"{section}:{name} is missing: {allowed}."
            : $"{section}:{name} is '{value}'; allowed is {allowed}.");
    }
}
