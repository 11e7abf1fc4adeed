namespace Aspire.Hosting.Testing;

/// <summary>Stands between an AppHost's entry point, run by a test, and the application it builds.</summary>
internal sealed class EntryPointInterception(Action<DistributedApplicationOptions> configure)
{
    private static readonly AsyncLocal<EntryPointInterception?> Flowing = new();
    private readonly TaskCompletionSource<DistributedApplicationBuilder> _builder = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _reachedBuild = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _mayBuild = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<DistributedApplication> _built = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The interception of the entry point that runs in this flow; null in an ordinary run.</summary>
    public static EntryPointInterception? Current
    {
        get => Flowing.Value;
        set => Flowing.Value = value;
    }

    public void Configure(DistributedApplicationOptions options) => configure(options);

    public void BuilderCreated(DistributedApplicationBuilder builder) => _builder.TrySetResult(builder);

    /// <summary>Called by the entry point: waits until the test wants the application.</summary>
    public DistributedApplication WaitForBuild(Func<DistributedApplication> build)
    {
        _reachedBuild.TrySetResult();
        _mayBuild.Task.GetAwaiter().GetResult();
        var application = build();
        _built.TrySetResult(application);
        return application;
    }

    /// <summary>Called by the test: the builder, once the entry point has said all of it.</summary>
    public async Task<DistributedApplicationBuilder> BuilderAsync(CancellationToken cancellationToken)
    {
        await _reachedBuild.Task.WaitAsync(cancellationToken);
        return await _builder.Task;
    }

    /// <summary>Called by the test: lets the entry point build.</summary>
    public Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken)
    {
        _mayBuild.TrySetResult();
        return _built.Task.WaitAsync(cancellationToken);
    }

    public void Fail(Exception exception)
    {
        _reachedBuild.TrySetException(exception);
        _built.TrySetException(exception);
    }
}
