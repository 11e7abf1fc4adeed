namespace ImageApp.Tests.Faults;

/// <summary>How much is done to the application: a little by <c>./test</c>, as much as is promised by <c>./test --soak</c>.</summary>
internal static class FaultSettings
{
    /// <summary>Whether this is a long run: <c>IMAGEAPP_SOAK=1</c>, which <c>./test --soak</c> sets.</summary>
    public static bool IsSoak { get; } = Environment.GetEnvironmentVariable("IMAGEAPP_SOAK") is "1" or "true";

    /// <summary>How many pictures are uploaded while a fault is there.</summary>
    public static int Uploads { get; } = IsSoak ? 200 : 12;

    /// <summary>How often a process is killed meanwhile.</summary>
    public static int Kills { get; } = IsSoak ? 20 : 2;

    /// <summary>How long something that others run is away.</summary>
    public static TimeSpan Outage { get; } = TimeSpan.FromSeconds(IsSoak ? 60 : 3);

    /// <summary>How long the bucket answers nothing but errors.</summary>
    public static TimeSpan StorageOutage { get; } = TimeSpan.FromSeconds(IsSoak ? 30 : 3);

    /// <summary>How long the model answers nothing but errors, or nothing.</summary>
    public static TimeSpan ModelOutage { get; } = TimeSpan.FromSeconds(IsSoak ? 120 : 4);

    /// <summary>After how long what was accepted has to be there.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromMinutes(IsSoak ? 20 : 4);
}
