using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Storage;
using ImageApp.FunctionDefaults;
using ImageApp.Tests.Application;
using ImageApp.Tests.Database;
using Microsoft.Extensions.DependencyInjection;
using MySqlConnector;

namespace ImageApp.Tests.Functions;

/// <summary>What every step can rely on, seen with a step that is neither of the two.</summary>
public sealed class ImageEventProcessorTests(DatabaseServer server) : IAsyncLifetime
{
    private LocalAwsInstance _aws = null!;
    private MySqlDataSource _database = null!;
    private ImageBucket _bucket = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _aws = await LocalAwsInstance.StartAsync();
        await _aws.S3.PutBucketAsync(FunctionPipeline.Bucket, Cancel);
        _database = await server.CreateCatalogueAsync();
        _bucket = new ImageBucket(_aws.S3, new BucketOptions { BucketName = FunctionPipeline.Bucket }, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await _aws.DisposeAsync();
    }

    [Fact]
    public async Task A_third_step_stores_its_own_failure_and_touches_no_other_steps_columns()
    {
        var tags = new TagsStep(new ImageFailureException(FailureReason.Declined));
        var image = await ProcessAsync(tags);

        Assert.Equal([FailureReason.Declined], tags.Failures);
        Assert.Equal((null, null, null), (image.CaptionError, image.ThumbnailError, image.Caption));
    }

    [Fact]
    public async Task A_reason_that_passes_is_stored_and_spends_no_dead_letter()
    {
        var reason = new FailureReason(FailureCodes.KeyRefused, "The key is refused.");
        var tags = new TagsStep(new ImageFailureException(reason));

        await ProcessAsync(tags);

        Assert.Equal([reason], tags.Failures);
    }

    [Fact]
    public async Task A_file_that_is_no_image_reaches_no_step_and_gets_its_code()
    {
        var tags = new TagsStep(null);
        await ProcessAsync(tags, "just text"u8.ToArray());
        Assert.Equal((0, FailureCodes.NotAnImage), (tags.Runs, Assert.Single(tags.Failures).Code));
    }

    [Fact]
    public async Task The_spans_of_an_image_say_what_was_done()
    {
        var spans = new ConcurrentQueue<Activity>();
        var trace = ActivityTraceId.CreateRandom();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ImageAppTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.TraceId == trace ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);

        await ProcessAsync(
            new TagsStep(null),
            header: $"Root=1-{trace.ToHexString()[..8]}-{trace.ToHexString()[8..]};Parent=53995c3f42cd8ad8;Sampled=1"
        );

        var root = Assert.Single(spans, span => span.OperationName == "make tags");
        Assert.Equal(
            ["fetch", "observe object", "find image", "find image"],
            spans.Where(span => span != root).Select(span => span.OperationName)
        );
        Assert.All(spans.Where(span => span != root), span => Assert.Equal(root.SpanId, span.ParentSpanId));
    }

    private async Task<ImageRecord> ProcessAsync(TagsStep step, byte[]? content = null, string? header = null)
    {
        await _bucket.PutOriginalAsync("images/a.jpg", content ?? TestImages.Jpeg(60, 40), "image/jpeg", "a.jpg", Cancel);
        await using var services = EventProcessing.Services(_database, _bucket).AddSingleton<IImageStep>(step).BuildServiceProvider();
        var message = (string)JsonNode.Parse(FunctionPipeline.Event("images/a.jpg"))!["Records"]![0]!["Sns"]!["Message"]!;
        await services.GetRequiredService<ImageEventProcessor>().ProcessAsync([message], header, Cancel);
        return (await services.GetRequiredService<StepResults>().FindAsync("images/a.jpg", Cancel))!;
    }

    private sealed class TagsStep(Exception? failure) : IImageStep
    {
        public List<FailureReason> Failures { get; } = [];

        public int Runs { get; private set; }

        public string Name => "tags";

        public bool IsDone(ImageRecord image) => false;

        public Task<string> RunAsync(SourceImage image, CancellationToken cancellationToken)
        {
            Runs++;
            return failure is null ? Task.FromResult("stored") : Task.FromException<string>(failure);
        }

        public Task SaveFailureAsync(string imageKey, string etag, FailureReason reason, CancellationToken cancellationToken)
        {
            Failures.Add(reason);
            return Task.CompletedTask;
        }
    }
}
