using System.Diagnostics;
using ImageApp.ServiceDefaults;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
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
        using var provider = Sdk.CreateTracerProviderBuilder().SetSampler(new RequestSampler(1)).AddSource(source.Name).Build();

        using var root = source.StartActivity("root", kind);
        Assert.Equal(recorded, root?.Recorded ?? false);
        using var below = source.StartActivity("below", ActivityKind.Client);
        Assert.Equal(recorded, below?.Recorded ?? false);
    }

    [Fact]
    public void Of_requests_the_share_is_traced_whole_or_not_at_all()
    {
        using var source = new ActivitySource($"test-{Guid.NewGuid()}");
        using var provider = Sdk.CreateTracerProviderBuilder().SetSampler(new RequestSampler(0.25)).AddSource(source.Name).Build();
        var traced = 0;
        for (var i = 0; i < 4000; i++)
        {
            using var root = source.StartActivity("root", ActivityKind.Server);
            using var below = source.StartActivity("below", ActivityKind.Client);
            Assert.Equal(root!.Recorded, below?.Recorded ?? false);
            traced += root.Recorded ? 1 : 0;
        }

        Assert.InRange(traced, 800, 1200);
    }

    [Fact]
    public void An_upload_is_traced_whole_and_a_failure_is_exported_whatever_the_share()
    {
        using var source = new ActivitySource($"test-{Guid.NewGuid()}");
        var exported = new List<Activity>();
        using var provider = Sdk.CreateTracerProviderBuilder()
            .SetSampler(new RequestSampler(0))
            .AddProcessor(new FailedRequests())
            .AddSource(source.Name)
            .AddProcessor(new SimpleActivityExportProcessor(new ListExporter(exported)))
            .Build();

        using (var page = source.StartActivity("page", ActivityKind.Server))
        {
            RequestSampler.KeepChanges(page!, "GET");
            Assert.Null(source.StartActivity("query", ActivityKind.Client));
        }

        using (var upload = source.StartActivity("upload", ActivityKind.Server))
        {
            RequestSampler.KeepChanges(upload!, "POST");
            using var below = source.StartActivity("store", ActivityKind.Client);
            Assert.True(below!.Recorded);
        }

        using (var failed = source.StartActivity("failed", ActivityKind.Server))
        {
            failed!.SetStatus(ActivityStatusCode.Error);
        }

        Assert.Equal(["store", "upload", "failed"], exported.Select(activity => activity.DisplayName));
    }

    [Theory]
    [InlineData("jaeger_remote", "1")]
    [InlineData("parentbased_traceidratio", "2")]
    [InlineData("parentbased_traceidratio", null)]
    public void A_sampler_that_is_not_possible_is_refused_with_those_that_are(string sampler, string? argument)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?> { ["OTEL_TRACES_SAMPLER"] = sampler, ["OTEL_TRACES_SAMPLER_ARG"] = argument }
            )
            .Build();
        var error = Assert.Throws<ArgumentException>(() => new ServiceCollection().AddTelemetry(configuration));
        Assert.Contains(sampler, error.Message);
        Assert.Contains("from 0 to 1", error.Message);
    }

    // The AppHost sets the first.
    [Theory]
    [InlineData("always_on", null)]
    [InlineData("always_off", null)]
    [InlineData("parentbased_always_on", "")]
    [InlineData("parentbased_always_off", null)]
    [InlineData("traceidratio", "0.25")]
    [InlineData("parentbased_traceidratio", "0")]
    public void Samplers_of_the_specification_are_taken(string sampler, string? argument)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?> { ["OTEL_TRACES_SAMPLER"] = sampler, ["OTEL_TRACES_SAMPLER_ARG"] = argument }
            )
            .Build();
        Assert.NotNull(new ServiceCollection().AddTelemetry(configuration));
    }

    private sealed class ListExporter(List<Activity> exported) : BaseExporter<Activity>
    {
        public override ExportResult Export(in Batch<Activity> batch)
        {
            foreach (var activity in batch)
            {
                exported.Add(activity);
            }

            return ExportResult.Success;
        }
    }
}
