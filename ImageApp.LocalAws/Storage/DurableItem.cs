namespace ImageApp.LocalAws.Storage;

/// <summary>An item of a <see cref="DurableQueue{T}"/>.</summary>
internal readonly record struct DurableItem<T>(string Id, T Value);
