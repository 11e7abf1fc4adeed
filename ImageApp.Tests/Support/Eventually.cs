namespace ImageApp.Tests.Support;

/// <summary>Waits on conditions, with a deadline.</summary>
internal static class Eventually
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>Waits until a condition holds; fails with <paramref name="what"/> after half a minute.</summary>
    public static Task HoldsAsync(Func<Task<bool>> condition, string what) => HoldsAsync(condition, () => what);

    /// <summary>Waits until a condition holds; fails with what is the case then after half a minute.</summary>
    public static Task HoldsAsync(Func<Task<bool>> condition, Func<string> what) => HoldsAsync(condition, what, s_patience);

    /// <summary>Waits until a condition holds; fails with what is the case then after <paramref name="patience"/>.</summary>
    public static async Task HoldsAsync(Func<Task<bool>> condition, Func<string> what, TimeSpan patience)
    {
        var cancelled = TestContext.Current.CancellationToken;
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < patience, $"Not within {patience}: {what()}");
            await Task.Delay(20, cancelled);
        }
    }
}
