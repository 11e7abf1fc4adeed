using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Dcp;

/// <summary>Turns resources into the orchestrator's objects, in the order their waits ask for, and its states into theirs.</summary>
internal sealed partial class DcpOrchestrator(
    DcpServer dcp, DistributedApplicationModel model, DistributedApplicationExecutionContext context, ResourceNotificationService notifications, ResourceLoggerService logs,
    IDistributedApplicationEventing eventing, DashboardOptions dashboard, IServiceProvider services, IHostApplicationLifetime lifetime, Microsoft.Extensions.Configuration.IConfiguration configuration, ILogger<DcpOrchestrator> logger)
{
    private const string ApiVersion = "usvc-dev.developer.microsoft.com/v1";
    private readonly ConcurrentDictionary<string, ResourceInstance> _instances = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, ResourceInstance> _byName = new(StringComparer.Ordinal);

    /// <summary>Makes every endpoint known, then starts every resource; waits for none of them to run.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var started = model.Resources.Where(resource => resource is ProjectResource or ExecutableResource or ContainerResource).ToList();
        await AllocateAsync(started, cancellationToken);
        _ = Task.Run(() => WatchAsync("executables"), CancellationToken.None);
        _ = Task.Run(() => WatchAsync("containers"), CancellationToken.None);
        foreach (var resource in started)
        {
            var replicas = resource.Annotations.OfType<ReplicaAnnotation>().LastOrDefault()?.Replicas ?? 1;
            for (var i = 0; i < replicas; i++)
            {
                var instance = new ResourceInstance(resource, replicas == 1 ? resource.Name : $"{resource.Name}-{i + 1}", resource is ContainerResource ? "containers" : "executables");
                if (replicas > 1)
                {
                    notifications.Remove(resource);
                }

                _instances[instance.Id] = instance;
                _ = resource.Annotations.OfType<ExplicitStartupAnnotation>().Any()
                    ? notifications.PublishUpdateAsync(resource, instance.Id, state => state with { State = KnownResourceStates.NotStarted })
                    : Task.Run(() => StartGuardedAsync(instance, waitFirst: true), CancellationToken.None);
            }
        }
    }

    /// <summary>Carries out a command.</summary>
    /// <exception cref="DistributedApplicationException">There is no such resource or command.</exception>
    public async Task ExecuteAsync(string id, string command, CancellationToken cancellationToken)
    {
        var instances = _instances.Values.Where(instance => string.Equals(instance.Id, id, StringComparison.OrdinalIgnoreCase) || string.Equals(instance.Resource.Name, id, StringComparison.OrdinalIgnoreCase)).ToList();
        if (instances.Count == 0)
        {
            throw new DistributedApplicationException($"The resource '{id}' has no process that could be asked to {command}.");
        }

        foreach (var instance in instances)
        {
            await instance.Gate.WaitAsync(cancellationToken);
            try
            {
                if (command is "stop" or "restart" && instance.Name is { } running)
                {
                    await StopAsync(instance, running, cancellationToken);
                }

                if (command is "start" or "restart")
                {
                    await CreateAsync(instance, cancellationToken);
                }
                else if (command != "stop")
                {
                    throw new DistributedApplicationException($"There is no command '{command}'; there are start, stop and restart.");
                }
            }
            finally
            {
                instance.Gate.Release();
            }
        }
    }

    /// <summary>Ends every process, those that others wait for last, while what they send their last telemetry to is still there.</summary>
    public async Task StopAllAsync(CancellationToken cancellationToken)
    {
        var waitedFor = model.Resources.SelectMany(resource => resource.Annotations.OfType<WaitAnnotation>()).Select(wait => wait.Resource).ToHashSet();
        waitedFor.UnionWith([.. waitedFor.OfType<IResourceWithParent>().Select(child => child.Parent)]);
        foreach (var wave in _instances.Values.Where(instance => instance.Name is not null).GroupBy(instance => waitedFor.Contains(instance.Resource)).OrderBy(wave => wave.Key))
        {
            var names = wave.ToDictionary(instance => instance.Name!, instance => instance.Kind);
            await Task.WhenAll(names.Select(entry => dcp.PatchAsync($"{entry.Value}/{entry.Key}", StopSpec(), cancellationToken)));
            foreach (var kind in names.Values.Distinct())
            {
                while ((await dcp.ListAsync(kind, cancellationToken)).Any(item => names.ContainsKey((string)item["metadata"]!["name"]!) && (string?)item["status"]?["state"] is "Starting" or "Running" or "Stopping"))
                {
                    await Task.Delay(25, cancellationToken);
                }
            }
        }
    }

    private async Task AllocateAsync(List<IResource> resources, CancellationToken cancellationToken)
    {
        var randomize = bool.TryParse(configuration["DcpPublisher:RandomizePorts"], out var value) && value;
        var waiting = new Dictionary<string, (EndpointAnnotation Endpoint, string Template)>();
        foreach (var resource in resources)
        {
            foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>().Where(endpoint => endpoint.AllocatedEndpoint is null))
            {
                if (!endpoint.IsProxied)
                {
                    var port = endpoint.Port ?? endpoint.TargetPort ?? throw new DistributedApplicationException($"Endpoint '{endpoint.Name}' of '{resource.Name}' has no proxy and therefore needs a port.");
                    endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, "localhost", port);
                    continue;
                }

                var service = ServiceName(resource, endpoint);
                var spec = new JsonObject { ["protocol"] = "TCP", ["address"] = "localhost", ["addressAllocationMode"] = "Localhost" };
                if (!randomize && endpoint.Port is { } fixedPort)
                {
                    Ports.EnsureFree(fixedPort, $"endpoint '{endpoint.Name}' of '{resource.Name}'");
                    spec["port"] = fixedPort;
                }

                await dcp.CreateAsync("services", Object("Service", service, spec), cancellationToken);
                waiting[service] = (endpoint, $"{{{{- portForServing \"{service}\" -}}}}");
            }
        }

        while (waiting.Count > 0)
        {
            foreach (var service in await dcp.ListAsync("services", cancellationToken))
            {
                var name = (string)service["metadata"]!["name"]!;
                if (waiting.TryGetValue(name, out var entry) && (int?)service["status"]?["effectivePort"] is > 0 and var port)
                {
                    entry.Endpoint.AllocatedEndpoint = new AllocatedEndpoint(entry.Endpoint, "localhost", port, entry.Template);
                    waiting.Remove(name);
                }
            }

            if (waiting.Count > 0)
            {
                await Task.Delay(50, cancellationToken);
            }
        }
    }

    private async Task StartGuardedAsync(ResourceInstance instance, bool waitFirst)
    {
        var cancellationToken = lifetime.ApplicationStopping;
        try
        {
            if (waitFirst)
            {
                await WaitForDependenciesAsync(instance, cancellationToken);
            }

            await instance.Gate.WaitAsync(cancellationToken);
            try
            {
                await eventing.PublishAsync(new BeforeResourceStartedEvent(instance.Resource, services), cancellationToken);
                await CreateAsync(instance, cancellationToken);
            }
            finally
            {
                instance.Gate.Release();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The application stops.
        }
        catch (Exception e)
        {
            // One resource that cannot start must not take the others along; its state and log say why.
            LogNotStarted(logger, e, instance.Id);
            logs.Append(instance.Id, e.Message, isError: true);
            await notifications.PublishUpdateAsync(instance.Resource, instance.Id, state => state with { State = new ResourceStateSnapshot(KnownResourceStates.FailedToStart, KnownResourceStateStyles.Error) });
        }
    }

    private async Task WaitForDependenciesAsync(ResourceInstance instance, CancellationToken cancellationToken)
    {
        var waits = instance.Resource.Annotations.OfType<WaitAnnotation>().ToList();
        if (waits.Count == 0)
        {
            return;
        }

        await notifications.PublishUpdateAsync(instance.Resource, instance.Id, state => state with { State = KnownResourceStates.Waiting });
        foreach (var wait in waits)
        {
            if (wait.WaitType == WaitType.WaitForCompletion)
            {
                var ended = await notifications.WaitForResourceAsync(wait.Resource.Name, change => KnownResourceStates.TerminalStates.Contains(change.Snapshot.State?.Text), cancellationToken);
                if (ended.Snapshot.ExitCode != wait.ExitCode)
                {
                    throw new DistributedApplicationException($"'{wait.Resource.Name}' ended with exit code {ended.Snapshot.ExitCode}; {wait.ExitCode} was expected.");
                }
            }
            else
            {
                await notifications.WaitForResourceHealthyAsync(wait.Resource.Name, cancellationToken);
            }
        }
    }

    private async Task CreateAsync(ResourceInstance instance, CancellationToken cancellationToken)
    {
        var resource = instance.Resource;
        await notifications.PublishUpdateAsync(resource, instance.Id, state => state with { State = KnownResourceStates.Starting, StartTimeStamp = null, StopTimeStamp = null, ExitCode = null, HealthReports = [] });
        var environment = await EnvironmentAsync(resource, cancellationToken);
        var arguments = await ArgumentsAsync(resource, cancellationToken);
        var name = string.Create(CultureInfo.InvariantCulture, $"{instance.Id.ToLowerInvariant()}-{++instance.Starts}");
        var producers = new JsonArray([.. resource.Annotations.OfType<EndpointAnnotation>().Where(endpoint => endpoint.AllocatedEndpoint?.TargetPortExpression is not null).Select(endpoint =>
        {
            var producer = new JsonObject { ["serviceName"] = ServiceName(resource, endpoint), ["address"] = resource is ContainerResource ? null : "localhost" };
            if (endpoint.TargetPort is { } port)
            {
                producer["port"] = port;
            }

            return (JsonNode)producer;
        })]);
        var item = resource is ContainerResource ? Container(resource, name, environment, arguments) : Executable(resource, name, environment, arguments);
        item["metadata"]!["annotations"] = new JsonObject { ["service-producer"] = producers.ToJsonString() };

        instance.Name = name;
        _byName[name] = instance;
        await dcp.CreateAsync(instance.Kind, item, cancellationToken);
        await notifications.PublishUpdateAsync(resource, instance.Id, state => state with
        {
            EnvironmentVariables = [.. environment.Select(variable => new EnvironmentVariableSnapshot(variable.Key, variable.Value, IsFromSpec: true))],
            Urls = [.. resource.Annotations.OfType<EndpointAnnotation>().Where(endpoint => endpoint.AllocatedEndpoint is not null).Select(endpoint => new UrlSnapshot(endpoint.Name, endpoint.AllocatedEndpoint!.UriString, IsInternal: false))],
            Properties = Properties(item),
        });
        FollowLogs(instance, name);
    }

    private static ImmutableArray<ResourcePropertySnapshot> Properties(JsonObject item) => item["spec"]!["executablePath"] is { } path
        ? [new ResourcePropertySnapshot("executable.path", path.ToString()), new ResourcePropertySnapshot("executable.workDir", item["spec"]!["workingDirectory"]?.ToString())]
        : [new ResourcePropertySnapshot("container.image", item["spec"]!["image"]?.ToString())];

    private async Task StopAsync(ResourceInstance instance, string name, CancellationToken cancellationToken)
    {
        await notifications.PublishUpdateAsync(instance.Resource, instance.Id, state => state with { State = KnownResourceStates.Stopping });
        await dcp.PatchAsync($"{instance.Kind}/{name}", StopSpec(), cancellationToken);
        await notifications.WaitForResourceAsync(instance.Id, change => change.ResourceId == instance.Id && KnownResourceStates.TerminalStates.Contains(change.Snapshot.State?.Text), cancellationToken);
        _byName.TryRemove(name, out _);
        instance.Name = null;
        await dcp.DeleteAsync($"{instance.Kind}/{name}", cancellationToken);
    }

    private static JsonObject StopSpec() => new() { ["spec"] = new JsonObject { ["stop"] = true } };

    private static JsonObject Executable(IResource resource, string name, Dictionary<string, string> environment, List<string> arguments)
    {
        var (command, folder) = resource switch
        {
            ExecutableResource executable => (executable.Command, executable.WorkingDirectory),
            _ => ProjectCommand(resource, arguments),
        };
        return Object("Executable", name, new JsonObject
        {
            ["executablePath"] = command,
            ["workingDirectory"] = folder,
            ["args"] = new JsonArray([.. arguments.Select(argument => (JsonNode)argument)]),
            ["env"] = Variables(environment),
            ["executionType"] = "Process",
        });
    }

    // The built program: dotnet run would stand between us and its signals.
    private static (string Command, string Folder) ProjectCommand(IResource resource, List<string> arguments)
    {
        var metadata = resource.Annotations.OfType<IProjectMetadata>().Single();
        var target = (metadata as IBuiltProject)?.TargetPath ?? throw new DistributedApplicationException($"The project of '{resource.Name}' was not built with the AppHost.");
        if (!File.Exists(target))
        {
            throw new DistributedApplicationException($"'{target}', the program of '{resource.Name}', does not exist: build the solution.");
        }

        arguments.Insert(0, target);
        return ("dotnet", Path.GetDirectoryName(metadata.ProjectPath)!);
    }

    private static JsonObject Container(IResource resource, string name, Dictionary<string, string> environment, List<string> arguments)
    {
        var image = resource.Annotations.OfType<ContainerImageAnnotation>().Last();
        return Object("Container", name, new JsonObject
        {
            ["image"] = image.Tag is null ? image.Image : $"{image.Image}:{image.Tag}",
            ["args"] = new JsonArray([.. arguments.Select(argument => (JsonNode)argument)]),
            ["env"] = Variables(environment),
            ["ports"] = new JsonArray([.. resource.Annotations.OfType<EndpointAnnotation>().Select(endpoint => (JsonNode)new JsonObject { ["containerPort"] = endpoint.TargetPort })]),
            ["volumeMounts"] = new JsonArray([.. resource.Annotations.OfType<ContainerMountAnnotation>().Select(mount => (JsonNode)new JsonObject { ["type"] = "volume", ["source"] = mount.Source, ["target"] = mount.Target })]),
        });
    }

    private async Task<Dictionary<string, string>> EnvironmentAsync(IResource resource, CancellationToken cancellationToken)
    {
        var callbacks = new EnvironmentCallbackContext(context, resource, cancellationToken: cancellationToken) { Logger = logs.GetLogger(resource) };
        if (resource is ProjectResource)
        {
            dashboard.AddTelemetryVariables(callbacks.EnvironmentVariables, resource.Name);
            var endpoints = resource.Annotations.OfType<EndpointAnnotation>().Where(endpoint => endpoint.UriScheme is "http" or "https").ToList();
            if (endpoints.Count > 0)
            {
                callbacks.EnvironmentVariables["ASPNETCORE_URLS"] = string.Join(';', endpoints.Select(endpoint => $"{endpoint.UriScheme}://localhost:{endpoint.AllocatedEndpoint?.TargetPortExpression ?? endpoint.AllocatedEndpoint!.Port.ToString(CultureInfo.InvariantCulture)}"));
            }
        }

        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>().Where(endpoint => endpoint.EnvironmentVariable is not null))
        {
            callbacks.EnvironmentVariables[endpoint.EnvironmentVariable!] = new EndpointReference((IResourceWithEndpoints)resource, endpoint).Property(EndpointProperty.TargetPort);
        }

        foreach (var callback in resource.Annotations.OfType<EnvironmentCallbackAnnotation>().ToList())
        {
            await callback.Callback(callbacks);
        }

        var environment = new Dictionary<string, string>();
        foreach (var (name, value) in callbacks.EnvironmentVariables)
        {
            environment[name] = await ValueAsync(value, cancellationToken);
        }

        return environment;
    }

    private static async Task<List<string>> ArgumentsAsync(IResource resource, CancellationToken cancellationToken)
    {
        var collected = new List<object>();
        var callbacks = new CommandLineArgsCallbackContext(collected, resource, cancellationToken);
        foreach (var callback in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>())
        {
            await callback.Callback(callbacks);
        }

        var arguments = new List<string>();
        foreach (var value in collected)
        {
            arguments.Add(await ValueAsync(value, cancellationToken));
        }

        return arguments;
    }

    private static async ValueTask<string> ValueAsync(object value, CancellationToken cancellationToken) => value is IValueProvider provider
        ? await provider.GetValueAsync(cancellationToken) ?? ""
        : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private async Task WatchAsync(string kind)
    {
        while (!lifetime.ApplicationStopping.IsCancellationRequested)
        {
            try
            {
                await foreach (var (type, item) in dcp.WatchAsync(kind, lifetime.ApplicationStopping))
                {
                    if (type != "DELETED" && _byName.TryGetValue((string)item["metadata"]!["name"]!, out var instance))
                    {
                        await ApplyAsync(instance, item);
                    }
                }
            }
            catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
            {
                // The watch ends with the orchestrator, or is simply opened again.
                await Task.Delay(100);
            }
        }
    }

    private Task ApplyAsync(ResourceInstance instance, JsonObject item)
    {
        var status = item["status"];
        var state = (string?)status?["state"];
        if (string.IsNullOrEmpty(state))
        {
            return Task.CompletedTask;
        }

        var style = state switch
        {
            "Running" => KnownResourceStateStyles.Success,
            "FailedToStart" or "RuntimeUnhealthy" => KnownResourceStateStyles.Error,
            "Finished" or "Exited" or "Terminated" => (int?)status!["exitCode"] is 0 or null ? KnownResourceStateStyles.Info : KnownResourceStateStyles.Error,
            _ => null,
        };
        return notifications.PublishUpdateAsync(instance.Resource, instance.Id, snapshot => snapshot with
        {
            State = new ResourceStateSnapshot(state == "Terminated" ? KnownResourceStates.Finished : state, style),
            ExitCode = (int?)status!["exitCode"],
            StartTimeStamp = Time(status["startupTimestamp"]) ?? snapshot.StartTimeStamp,
            StopTimeStamp = Time(status["finishTimestamp"]) ?? snapshot.StopTimeStamp,
            Properties = (int?)status["pid"] is > 0 and var pid
                ? [.. snapshot.Properties.Where(property => property.Name != "executable.pid"), new ResourcePropertySnapshot("executable.pid", pid)]
                : snapshot.Properties,
        });

        static DateTime? Time(JsonNode? node) => DateTime.TryParse((string?)node, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
    }

    private void FollowLogs(ResourceInstance instance, string name)
    {
        foreach (var source in new[] { "stdout", "stderr" })
        {
            _ = Task.Run(async () =>
            {
                try
                {
                    await notifications.WaitForResourceAsync(instance.Id, change => change.Snapshot.State?.Text is not ("Starting" or "Waiting" or null), lifetime.ApplicationStopping);
                    await foreach (var line in dcp.FollowLogAsync($"{instance.Kind}/{name}", source, lifetime.ApplicationStopping))
                    {
                        logs.Append(instance.Id, line, isError: source == "stderr");
                    }
                }
                catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
                {
                    // The log ends with its process or with the orchestrator.
                }
            });
        }
    }

    private static string ServiceName(IResource resource, EndpointAnnotation endpoint) => $"{resource.Name}-{endpoint.Name}".ToLowerInvariant();

    private static JsonArray Variables(Dictionary<string, string> environment) =>
        new([.. environment.Select(variable => (JsonNode)new JsonObject { ["name"] = variable.Key, ["value"] = variable.Value })]);

    private static JsonObject Object(string kind, string name, JsonObject spec) =>
        new() { ["apiVersion"] = ApiVersion, ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = spec };

    [LoggerMessage(Level = LogLevel.Error, Message = "{Resource} could not be started")]
    private static partial void LogNotStarted(ILogger logger, Exception exception, string resource);
}
