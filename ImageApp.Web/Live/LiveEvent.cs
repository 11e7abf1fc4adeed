namespace ImageApp.Web.Live;

/// <summary>What a listener is told.</summary>
/// <param name="Name">The event's name.</param>
/// <param name="Json">Its data.</param>
/// <param name="Id">What to ask for the next events by; null where that does not change.</param>
internal sealed record LiveEvent(string Name, string Json, string? Id)
{
    private const string Nothing = "{}";

    /// <summary>Nobody else can be listened to by this instance: the browser asks again by itself, perhaps another one.</summary>
    public static LiveEvent Busy { get; } = new("busy", Nothing, null);

    /// <summary>An image appeared, changed or was deleted.</summary>
    public static LiveEvent Of(ImageChange change) => new("image", change.Json, change.Cursor.ToString());

    /// <summary>So much changed that it is quicker to load the page again; what follows is new.</summary>
    public static LiveEvent Reset(string id) => new("reset", Nothing, id);
}
