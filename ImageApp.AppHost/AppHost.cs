using Amazon;
using ImageApp.AppHost.Hosting;
using ImageApp.AppHost.Hosting.Accounts;
using ImageApp.AppHost.Hosting.Scaling;

var builder = DistributedApplication.CreateBuilder(args);

// Amazon Web Services, on this machine: S3, SNS, SQS, Lambda and CloudFormation on port 4566. With --aws or AWS:Profile an account of your own has all but the functions.
var account = DeveloperAccount.From(builder.Configuration);
var aws = builder.AddAWSSDKConfig().WithRegion(RegionEndpoint.USEast1).WithAccount(account);
builder.AddLocalAws(aws, account);

// MySQL: in a container where a container runtime runs, else the machine's own server.
var imagedb = builder.AddImageDatabase("mysql", "imagedb", account);

// Bucket -> topic -> both functions, with every permission and dead-letter queue between them.
var events = builder.AddAWSCloudFormationTemplate("image-events", "image-events.template", account?.StackName)
    .WithParameter("AllowedOrigins", builder.Configuration["Gallery:Origins"] ?? $"http://localhost:{builder.Configuration["Gallery:Port"] ?? "5000"}")
    .WithAccount(account)
    .WithReference(aws);

builder.AddAWSLambdaFunction<Projects.ImageApp_ThumbnailFunction>("ThumbnailFunction", lambdaHandler: "ImageApp.ThumbnailFunction")
    .WithReference(aws)
    .WithReference(events)
    .WithReference(imagedb)
    .WaitFor(imagedb);

builder.AddAWSLambdaFunction<Projects.ImageApp_CaptionFunction>("CaptionFunction", lambdaHandler: "ImageApp.CaptionFunction")
    .WithReference(aws)
    .WithReference(events)
    .WithReference(imagedb)
    .WithCaptioning()
    .WaitFor(imagedb);

// One process; with --scale, a load balancer and as many as their CPU asks for.
builder.AddWebTier<Projects.ImageApp_Web, Projects.ImageApp_Balancer>("web", web => web
    .WithReference(aws)
    .WithReference(events)
    .WithReference(imagedb)
    .WaitFor(imagedb));

builder.Build().Run();
