using Amazon;
using ImageApp.AppHost.Hosting.Aws;
using ImageApp.AppHost.Hosting.Aws.Accounts;
using ImageApp.AppHost.Hosting.Database;
using ImageApp.AppHost.Hosting.Functions;
using ImageApp.AppHost.Hosting.Start;
using ImageApp.AppHost.Hosting.Web;

var builder = DistributedApplication
    .CreateBuilder(args)
    .WithPlainStartErrors()
    .WithSteadyKeys()
    .WithFailureMessages()
    .WithLoopbackUnproxied()
    .WithAllowedHostsOfDashboard()
    .WithOllama()
    .WithPortCheck()
    .WithOrderlyStop();

// Amazon Web Services, on this machine: S3, SNS, SQS, Lambda and CloudFormation on port 4566.
// With --aws or AWS:Profile an account of your own has all but the functions.
var account = DeveloperAccount.From(builder.Configuration);
var aws = builder.AddAWSSDKConfig().WithRegion(RegionEndpoint.USEast1).WithAccount(account);
builder.AddLocalAws("aws", aws, account);

// MySQL: in a container where a container runtime runs, else the machine's own server.
var imagedb = builder.AddImageDatabase("mysql", "imagedb", account);

// Bucket -> topic -> both functions, with every permission and dead-letter queue between them.
var events = builder
    .AddAWSCloudFormationTemplate("image-events", builder.PathOf("image-events.template"), account?.StackName)
    .WithParameter("AllowedOrigins", builder.GalleryOrigins())
    .WithAccount(account)
    .WithReference(aws)
    .WithBucketCommand(account);

var thumbnail = builder
    .AddAWSLambdaFunction<Projects.ImageApp_ThumbnailFunction>("ThumbnailFunction", lambdaHandler: "ImageApp.ThumbnailFunction")
    .WithReference(aws)
    .WithReference(events)
    .WithReference(imagedb)
    .WithSettings("ImageLimits")
    .WaitFor(imagedb)
    .AsFunctionOf(events, icon: "ImageMultiple");

var caption = builder
    .AddAWSLambdaFunction<Projects.ImageApp_CaptionFunction>("CaptionFunction", lambdaHandler: "ImageApp.CaptionFunction")
    .WithReference(aws)
    .WithReference(events)
    .WithReference(imagedb)
    .WithSettings("ImageLimits")
    .WithCaptioning()
    .WaitFor(imagedb)
    .AsFunctionOf(events, icon: "TextDescription");

events.AddDeadLetterQueue("thumbnail-dead-letters", "ThumbnailDeadLetterQueueUrl", thumbnail, account);
events.AddDeadLetterQueue("caption-dead-letters", "CaptionDeadLetterQueueUrl", caption, account);

// One process; with --scale, a load balancer and as many as their CPU asks for.
builder.AddWebTier<Projects.ImageApp_Web, Projects.ImageApp_Balancer>(
    "web",
    web =>
        web.WithReference(aws)
            .WithReference(events)
            .WithReference(imagedb)
            .WithSettings("ImageLimits", "Access", "Deletion", "Reconciler", "Limits", "Proxies", "Import")
            .WaitFor(imagedb)
);

await builder.Build().RunToTheEndAsync();
