using System.Globalization;

namespace ImageApp.Tests.Faults;

/// <summary>What became of what was uploaded while a fault was there.</summary>
/// <param name="Fault">The fault.</param>
/// <param name="Injected">How often it was there.</param>
/// <param name="Accepted">How many pictures were accepted.</param>
/// <param name="Refused">How many uploads were refused, or not answered, and made once more by whoever sent them.</param>
/// <param name="Lost">How many accepted ones have no object, no row, no rendition or no caption.</param>
/// <param name="Doubled">How many are there more than once.</param>
/// <param name="AskedTwice">How many descriptions the model gave of a picture that it had described.</param>
/// <param name="Recovery">From the end of the fault until everything that was accepted was finished.</param>
internal sealed record FaultResult(
    string Fault, int Injected, int Accepted, int Refused, int Lost, int Doubled, int AskedTwice, TimeSpan Recovery)
{
    /// <summary>Writes its row of the report, where <c>eng/reliability</c> takes it from.</summary>
    public void Write(int order)
    {
        var folder = Directory.CreateDirectory(Path.Combine(RepositoryRoot.Path, "artifacts", "faults")).FullName;
        File.WriteAllText(
            Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{order:00}.row")),
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {Fault} | {Injected} | {Accepted} | {Refused} | {Lost} | {Doubled} | {AskedTwice} | {Recovery.TotalSeconds:0} s |\n"));
    }
}
