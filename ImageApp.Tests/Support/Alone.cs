namespace ImageApp.Tests.Support;

/// <summary>Tests that measure what a machine carries: nothing else runs beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
