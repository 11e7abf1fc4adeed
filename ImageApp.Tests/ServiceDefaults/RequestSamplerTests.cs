using System.Diagnostics;
using ImageApp.ServiceDefaults;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace ImageApp.Tests.ServiceDefaults;

public sealed class RequestSamplerTests
{
    [Theory]
    [InlineData(ActivityKind.Server, true)]
    [InlineData(ActivityKind.Consumer, true)]
    [InlineData(ActivityKind.Client, false)]
    [InlineData(ActivityKind.Internal, false)]
    [InlineData(ActivityKind.Producer, false)]
    public void A_trace_begins_with_a_request_or_an_event_alone_and_has_everything_below_it(ActivityKind kind, bool recorded)
    {
        using var source = new ActivitySource($"test-{Guid.NewGuid()}");
        using var provider = Sdk.CreateTracerProviderBuilder().SetSampler(new RequestSampler()).AddSource(source.Name).Build();

        using var root = source.StartActivity("root", kind);
        Assert.Equal(recorded, root?.Recorded ?? false);
        using var below = source.StartActivity("below", ActivityKind.Client);
        Assert.Equal(recorded, below?.Recorded ?? false);
    }
}
