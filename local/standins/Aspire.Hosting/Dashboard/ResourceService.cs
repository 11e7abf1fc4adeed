using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard.Wire;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Resource = Aspire.Hosting.Dashboard.Wire.Resource;

namespace Aspire.Hosting.Dashboard;

/// <summary>What the dashboard asks: the resources, their changes, their logs, and to start and stop them.</summary>
internal sealed class ResourceService(IServiceProvider services, DashboardOptions options) : DashboardService.DashboardServiceBase
{
    private readonly ResourceNotificationService _notifications = services.GetRequiredService<ResourceNotificationService>();
    private readonly ResourceLoggerService _logs = services.GetRequiredService<ResourceLoggerService>();

    public override Task<ApplicationInformationResponse> GetApplicationInformation(ApplicationInformationRequest request, ServerCallContext context)
    {
        Authorize(context);
        return Task.FromResult(new ApplicationInformationResponse { ApplicationName = services.GetRequiredService<AppHostIdentity>().Name.Replace(".AppHost", "", StringComparison.Ordinal) });
    }

    public override async Task WatchResources(WatchResourcesRequest request, IServerStreamWriter<WatchResourcesUpdate> responseStream, ServerCallContext context)
    {
        Authorize(context);
        var initial = new InitialResourceData();
        initial.Resources.AddRange(_notifications.All.Select(Describe));
        await responseStream.WriteAsync(new WatchResourcesUpdate { InitialData = initial }, context.CancellationToken);
        await foreach (var change in _notifications.WatchAsync(context.CancellationToken))
        {
            var changes = new WatchResourcesChanges();
            changes.Value.Add(new WatchResourcesChange { Upsert = Describe(change) });
            await responseStream.WriteAsync(new WatchResourcesUpdate { Changes = changes }, context.CancellationToken);
        }
    }

    public override async Task WatchResourceConsoleLogs(WatchResourceConsoleLogsRequest request, IServerStreamWriter<WatchResourceConsoleLogsUpdate> responseStream, ServerCallContext context)
    {
        Authorize(context);
        if (request.SuppressFollow)
        {
            await WriteAsync(_logs.Lines(request.ResourceName));
            return;
        }

        try
        {
            await foreach (var lines in _logs.WatchAsync(request.ResourceName).WithCancellation(context.CancellationToken))
            {
                await WriteAsync(lines);
            }
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            // The person looks at something else now.
        }

        async Task WriteAsync(IReadOnlyList<LogLine> lines)
        {
            var update = new WatchResourceConsoleLogsUpdate();
            update.LogLines.AddRange(lines.Select(line => new ConsoleLogLine { Text = line.Content, IsStdErr = line.IsErrorMessage, LineNumber = line.LineNumber }));
            await responseStream.WriteAsync(update, context.CancellationToken);
        }
    }

    public override async Task<ResourceCommandResponse> ExecuteResourceCommand(ResourceCommandRequest request, ServerCallContext context)
    {
        Authorize(context);
        var result = await services.GetRequiredService<ResourceCommandService>().ExecuteCommandAsync(request.ResourceName, request.CommandName, context.CancellationToken);
        var response = new ResourceCommandResponse { Kind = result.Success ? 1 : 2 };
        if (result.ErrorMessage is { } message)
        {
            response.Message = message;
        }

        return response;
    }

    // The stand-in asks people nothing; the dashboard only wants the stream to stay open.
    public override async Task WatchInteractions(IAsyncStreamReader<WatchInteractionsRequestUpdate> requestStream, IServerStreamWriter<WatchInteractionsResponseUpdate> responseStream, ServerCallContext context)
    {
        Authorize(context);
        await Task.Delay(Timeout.Infinite, context.CancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Authorize(ServerCallContext context)
    {
        var key = context.RequestHeaders.GetValue("x-resource-service-api-key") ?? "";
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(options.ResourceServiceKey)))
        {
            throw new RpcException(new Status(StatusCode.Unauthenticated, "The header x-resource-service-api-key is missing or wrong."));
        }
    }

    private static Resource Describe(ResourceEvent change)
    {
        var snapshot = change.Snapshot;
        var resource = new Resource
        {
            Name = change.ResourceId,
            DisplayName = change.ResourceId,
            ResourceType = snapshot.ResourceType,
            Uid = change.ResourceId,
            IsHidden = snapshot.IsHidden,
            SupportsDetailedTelemetry = change.Resource is ProjectResource,
        };
        if (snapshot.State is { } state)
        {
            resource.State = state.Text;
            if (state.Style is { } style)
            {
                resource.StateStyle = style;
            }
        }

        resource.CreatedAt = Time(snapshot.CreationTimeStamp);
        resource.StartedAt = Time(snapshot.StartTimeStamp);
        resource.StoppedAt = Time(snapshot.StopTimeStamp);
        resource.Environment.AddRange(snapshot.EnvironmentVariables.Select(variable => new EnvironmentVariable { Name = variable.Name, Value = variable.Value ?? "", IsFromSpec = variable.IsFromSpec }));
        resource.Urls.AddRange(snapshot.Urls.Select(url => new Url
        {
            EndpointName = url.Name ?? "",
            FullUrl = url.Url,
            IsInternal = url.IsInternal,
            IsInactive = snapshot.State?.Text != KnownResourceStates.Running,
            DisplayProperties = new UrlDisplayProperties(),
        }));
        resource.HealthReports.AddRange(snapshot.HealthReports.Select(Describe));
        resource.Relationships.AddRange(snapshot.Relationships.Select(relation => new ResourceRelationship { ResourceName = relation.ResourceName, Type = relation.Type }));
        resource.Properties.AddRange(snapshot.Properties.Select(property => new ResourceProperty
        {
            Name = property.Name,
            Value = Value.ForString(Convert.ToString(property.Value, CultureInfo.InvariantCulture) ?? ""),
            IsSensitive = property.IsSensitive,
        }));
        if (change.Resource is ProjectResource or ExecutableResource or ContainerResource)
        {
            var runs = snapshot.State?.Text is "Running" or "Starting";
            resource.Commands.Add(Command(KnownResourceCommands.StartCommand, "Start", "Play", enabled: !runs));
            resource.Commands.Add(Command(KnownResourceCommands.StopCommand, "Stop", "Stop", enabled: runs));
            resource.Commands.Add(Command(KnownResourceCommands.RestartCommand, "Restart", "ArrowCounterclockwise", enabled: runs));
        }

        return resource;
    }

    private static HealthReport Describe(HealthReportSnapshot report)
    {
        var described = new HealthReport { Key = report.Name, Description = report.Description ?? "", Exception = report.ExceptionText ?? "" };
        if (report.Status is { } status)
        {
            described.Status = status switch
            {
                Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy => 0,
                Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Degraded => 2,
                _ => 1,
            };
        }

        return described;
    }

    private static ResourceCommand Command(string name, string displayName, string icon, bool enabled) =>
        new() { Name = name, DisplayName = displayName, IconName = icon, IsHighlighted = true, State = enabled ? 0 : 1 };

    private static Timestamp? Time(DateTime? time) => time is { } at ? Timestamp.FromDateTime(DateTime.SpecifyKind(at, DateTimeKind.Utc)) : null;
}
