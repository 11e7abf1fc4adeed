namespace ImageApp.LocalAws.Console;

/// <summary>A page for people.</summary>
internal interface IConsolePage
{
    /// <summary>The folder under <c>/_local/</c> that its addresses are in; empty for the page that stands for all of it.</summary>
    string Folder { get; }

    /// <summary>Writes the page.</summary>
    /// <param name="name">What the address names in the folder; empty for the page that stands for all of it.</param>
    /// <returns>Title and content; null where there is no such thing.</returns>
    (string Title, Html Content)? Render(string name);
}
