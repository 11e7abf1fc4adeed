namespace ImageApp.LocalAws.Storage;

/// <summary>One line of a <see cref="Journal{TValue}"/>: the value that <paramref name="Key"/> has from here on; null where it is removed.</summary>
internal sealed record JournalEntry<TValue>(string Key, TValue? Value)
    where TValue : class;
