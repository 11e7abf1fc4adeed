namespace ImageApp.AppHost.Hosting.Start;

/// <summary>How a start that cannot succeed ends.</summary>
internal static class StartErrors
{
    /// <summary>
    /// A start that fails for a reason that a person can mend ends with that reason and exit code 1, not with a stack trace; any other
    /// exception is a bug and keeps its own.
    /// </summary>
    public static IDistributedApplicationBuilder WithPlainStartErrors(this IDistributedApplicationBuilder builder)
    {
        AppDomain.CurrentDomain.UnhandledException += (_, unhandled) =>
        {
            if (Reason(unhandled.ExceptionObject as Exception) is { } reason)
            {
                Console.Error.WriteLine(reason);
                Environment.Exit(1);
            }
        };
        return builder;
    }

    private static string? Reason(Exception? exception) => exception switch
    {
        DistributedApplicationException e => e.Message,
        AggregateException e => e.InnerExceptions.Select(Reason).FirstOrDefault(reason => reason is not null),
        { InnerException: { } inner } => Reason(inner),
        _ => null,
    };
}
