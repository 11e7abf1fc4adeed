namespace ImageApp.LocalAws.CloudFormation;

/// <summary>A property whose value changes.</summary>
/// <param name="Path">Its name, nested ones with dots.</param>
/// <param name="RequiresRecreation"><c>Never</c>, <c>Always</c> or <c>Conditionally</c>.</param>
/// <param name="IsDynamic">The new value is known only once another resource has been made.</param>
internal sealed record PropertyChange(string Path, string RequiresRecreation, bool IsDynamic);
