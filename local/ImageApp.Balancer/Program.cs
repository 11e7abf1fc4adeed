using ImageApp.Balancer;

var builder = WebApplication.CreateBuilder(args);

// Uploads are as large as the app allows.
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
builder
    .Services.AddOptions<HealthCheckOptions>()
    .BindConfiguration("HealthCheck")
    .Validate(HealthCheckOptions.IsValid, HealthCheckOptions.Rule)
    .ValidateOnStart();
builder.Services.AddReverseProxy().LoadFromMemory([ProxyRoutes.All], []);
builder.Services.AddSingleton<TargetGroup>();
builder.Services.AddHostedService<TargetHealthChecks>();

var app = builder.Build();

app.MapTargetGroup();
app.MapReverseProxy(pipeline =>
{
    pipeline.UseLoadBalancing();
    pipeline.UseTargetCounts();
});

app.Run();
