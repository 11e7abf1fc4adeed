using Amazon.SQS;

namespace ImageApp.Web.Operations;

/// <summary>What the owner looks after.</summary>
internal static class OperationsServices
{
    /// <summary>Adds the dead-letter queues.</summary>
    /// <exception cref="ArgumentException">A setting is not valid; the message names it.</exception>
    public static void AddOperations(this WebApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection(DeadLetterOptions.Section).Get<DeadLetterOptions>() ?? new DeadLetterOptions();
        builder.Services.AddSingleton(options.Validated());

        // From the SDK's own environment: region, credentials, AWS_ENDPOINT_URL or AWS_ENDPOINT_URL_SQS.
        builder.Services.AddSingleton<IAmazonSQS>(_ => new AmazonSQSClient(new AmazonSQSConfig
        {
            MaxErrorRetry = 1,
            Timeout = TimeSpan.FromSeconds(10),
        }));
        builder.Services.AddSingleton<DeadLetters>();
    }
}
