using System.Text.Json.Nodes;

namespace ImageApp.LocalAws.Sns;

/// <summary>When failed deliveries are tried again (SNS Developer Guide, "Amazon SNS message delivery retries").</summary>
internal sealed record DeliveryPolicy
{
    /// <summary>For endpoints that AWS runs itself: 100,015 retries over 23 days.</summary>
    public static DeliveryPolicy Managed { get; } =
        new()
        {
            NumNoDelayRetries = 3,
            NumMinDelayRetries = 2,
            NumMaxDelayRetries = 100_000,
            NumRetries = 100_015,
            MinDelayTarget = 1,
            MaxDelayTarget = 20,
            BackoffFunction = "exponential",
        };

    /// <summary>For HTTP endpoints without a policy of their own.</summary>
    public static DeliveryPolicy Http { get; } =
        new()
        {
            NumRetries = 3,
            MinDelayTarget = 20,
            MaxDelayTarget = 20,
            BackoffFunction = "linear",
        };

    /// <summary>All retries: those without delay, with the least delay, with a growing one and with the longest.</summary>
    public int NumRetries { get; init; }

    public int NumNoDelayRetries { get; init; }

    public int NumMinDelayRetries { get; init; }

    public int NumMaxDelayRetries { get; init; }

    /// <summary>In seconds.</summary>
    public int MinDelayTarget { get; init; }

    /// <summary>In seconds.</summary>
    public int MaxDelayTarget { get; init; }

    /// <summary><c>linear</c>, <c>arithmetic</c>, <c>geometric</c> or <c>exponential</c>.</summary>
    public string BackoffFunction { get; init; } = "linear";

    /// <summary>The delay before a retry, the first being 1; null where there is none any more.</summary>
    public TimeSpan? DelayBefore(int retry)
    {
        if (retry > NumRetries)
        {
            return null;
        }

        var growing = NumRetries - NumNoDelayRetries - NumMinDelayRetries - NumMaxDelayRetries;
        var step = retry - NumNoDelayRetries - NumMinDelayRetries;
        var seconds = retry <= NumNoDelayRetries ? 0
            : step <= 0 ? MinDelayTarget
            : step > growing ? MaxDelayTarget
            : Grow(step, growing);
        return TimeSpan.FromSeconds(Math.Clamp(seconds, 0, MaxDelayTarget));
    }

    /// <summary>Reads a <c>healthyRetryPolicy</c>.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidParameter</c>, naming what is wrong.</exception>
    public static DeliveryPolicy Parse(JsonObject policy)
    {
        var parsed = new DeliveryPolicy
        {
            NumRetries = Number(policy, "numRetries", 0, 100, 3),
            NumNoDelayRetries = Number(policy, "numNoDelayRetries", 0, 100, 0),
            NumMinDelayRetries = Number(policy, "numMinDelayRetries", 0, 100, 0),
            NumMaxDelayRetries = Number(policy, "numMaxDelayRetries", 0, 100, 0),
            MinDelayTarget = Number(policy, "minDelayTarget", 1, 3600, 20),
            MaxDelayTarget = Number(policy, "maxDelayTarget", 1, 3600, 20),
            BackoffFunction = policy["backoffFunction"]?.ToString() ?? "linear",
        };
        if (parsed.BackoffFunction is not ("linear" or "arithmetic" or "geometric" or "exponential"))
        {
            throw Invalid($"backoffFunction is '{parsed.BackoffFunction}'; allowed are linear, arithmetic, geometric and exponential.");
        }

        if (parsed.MinDelayTarget > parsed.MaxDelayTarget)
        {
            throw Invalid("minDelayTarget must not be above maxDelayTarget.");
        }

        return parsed.NumNoDelayRetries + parsed.NumMinDelayRetries + parsed.NumMaxDelayRetries <= parsed.NumRetries
            ? parsed
            : throw Invalid("numNoDelayRetries, numMinDelayRetries and numMaxDelayRetries together must not be above numRetries.");
    }

    private double Grow(int step, int steps)
    {
        var progress = (double)step / steps;
        var range = MaxDelayTarget - MinDelayTarget;
        return BackoffFunction switch
        {
            "arithmetic" => MinDelayTarget + range * progress * progress,
            "geometric" => MinDelayTarget * Math.Pow((double)MaxDelayTarget / MinDelayTarget, progress),
            "exponential" => MinDelayTarget * Math.Pow(2, step - 1),
            _ => MinDelayTarget + range * progress,
        };
    }

    private static int Number(JsonObject policy, string name, int minimum, int maximum, int otherwise)
    {
        if (policy[name] is not { } node)
        {
            return otherwise;
        }

        return node is JsonValue value && value.TryGetValue<int>(out var number) && number >= minimum && number <= maximum
            ? number
            : throw Invalid($"{name} is {node.ToJsonString()}; allowed are whole numbers from {minimum} to {maximum}.");
    }

    private static AwsServiceException Invalid(string what) => new("InvalidParameter", "Invalid parameter: DeliveryPolicy: " + what);
}
