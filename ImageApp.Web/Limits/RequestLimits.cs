using System.Net;
using System.Net.Sockets;
using System.Security.Claims;
using System.Threading.RateLimiting;
using ImageApp.Web.Hosting;

namespace ImageApp.Web.Limits;

/// <summary>Counts what each person, or each address where nobody is signed in, asks of this instance.</summary>
internal sealed class RequestLimits : IDisposable
{
    // Whoever has one address of IPv6 has a network of them.
    private const int NetworkBytes = 8;
    private static readonly TimeSpan ListenersWait = TimeSpan.FromSeconds(30);

    private readonly LimitOptions _options;
    private readonly Dictionary<LimitedWork, PartitionedRateLimiter<string>> _rates;
    private readonly PartitionedRateLimiter<string> _listeners;

    public RequestLimits(LimitOptions options)
    {
        _options = options;
        _rates = Enum.GetValues<LimitedWork>().ToDictionary(work => work, work => ByRate(options.RateOf(work)));
        _listeners = PartitionedRateLimiter.Create<string, string>(who => RateLimitPartition.GetConcurrencyLimiter(
            who, _ => new ConcurrencyLimiterOptions { PermitLimit = options.Listeners }));
    }

    /// <summary>Takes what a request asks for from what is left for whoever sends it.</summary>
    /// <param name="context">The request; its answer says <c>Retry-After</c> where it is refused.</param>
    /// <param name="work">What it asks for.</param>
    /// <param name="count">How much of it.</param>
    /// <returns>Why it is refused; null where it is not.</returns>
    public ApiProblem? Take(HttpContext context, LimitedWork work, int count = 1)
    {
        if (!_options.Enabled)
        {
            return null;
        }

        // More than there ever is would never be given: then all of it is taken.
        using var lease = _rates[work].AttemptAcquire(Sender(context), Math.Min(count, _options.RateOf(work).Burst));
        return lease.IsAcquired
            ? null
            : Refuse(context, wait => LimitProblems.TooFast(work, wait), WaitOf(lease));
    }

    /// <summary>Lets a page listen, for as long as its answer lasts.</summary>
    /// <returns>Why it may not; null where it may.</returns>
    public ApiProblem? TakeListener(HttpContext context)
    {
        if (!_options.Enabled)
        {
            return null;
        }

        var lease = _listeners.AttemptAcquire(Sender(context));
        context.Response.RegisterForDispose(lease);
        return lease.IsAcquired ? null : Refuse(context, LimitProblems.TooManyListeners, ListenersWait);
    }

    /// <summary>Refuses a picture that was made again a moment ago.</summary>
    public static ApiProblem CoolDown(HttpContext context, long id, TimeSpan wait) =>
        Refuse(context, left => LimitProblems.CoolDown(id, left), wait);

    /// <inheritdoc/>
    public void Dispose()
    {
        _listeners.Dispose();
        foreach (var limiter in _rates.Values)
        {
            limiter.Dispose();
        }
    }

    /// <summary>Whose request it is: a person's, else an address's.</summary>
    internal static string Sender(HttpContext context) =>
        context.User is { Identity.IsAuthenticated: true } user
        && (user.FindFirstValue(ClaimTypes.NameIdentifier) ?? user.Identity.Name) is { Length: > 0 } name
            ? $"person {name}"
            : $"address {NetworkOf(context.Connection.RemoteIpAddress)}";

    private static string NetworkOf(IPAddress? address) => address switch
    {
        null => "none",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexString(address.GetAddressBytes().AsSpan(0, NetworkBytes)),
        _ => address.ToString(),
    };

    private static ApiProblem Refuse(HttpContext context, Func<TimeSpan, ApiProblem> problem, TimeSpan wait)
    {
        context.Response.Headers.RetryAfter = LimitProblems.Seconds(wait);
        return problem(wait);
    }

    private static TimeSpan WaitOf(RateLimitLease lease) =>
        lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1);

    private static PartitionedRateLimiter<string> ByRate(RateOptions rate) =>
        PartitionedRateLimiter.Create<string, string>(who => RateLimitPartition.GetTokenBucketLimiter(
            who,
            _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = rate.Burst,
                TokensPerPeriod = 1,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1 / rate.PerSecond),
                AutoReplenishment = false,
            }));
}
