using ImageApp.Tests.Database;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ImageApp.Tests.Functions;

/// <summary>The caption function's key from Parameter Store, over HTTP as the service speaks it.</summary>
public sealed class ModelKeyTests(DatabaseServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_parameter_that_cannot_be_read_ends_the_function_with_what_the_service_said()
    {
        var asked = new TaskCompletionSource<(string Target, string Authorization, string Body)>();
        await using var parameters = await StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            asked.TrySetResult(
                (
                    context.Request.Headers["X-Amz-Target"].ToString(),
                    context.Request.Headers.Authorization.ToString(),
                    await reader.ReadToEndAsync(Cancel)
                )
            );
            context.Response.StatusCode = 400;
            await context.Response.WriteAsync("""{"__type":"ParameterNotFound"}""", Cancel);
        });
        await using var aws = await LocalAwsInstance.StartAsync();
        await using var process = FunctionProcess.Start(
            "CaptionFunction",
            FunctionProcess.Built("ImageApp.CaptionFunction"),
            aws,
            new Dictionary<string, string>
            {
                ["ConnectionStrings__imagedb"] = "Server=127.0.0.1;Port=1;User ID=x",
                ["AWS__Resources__BucketName"] = "b",
                ["AWS_ENDPOINT_URL_SSM"] = parameters.Urls.Single(),
                ["Captioning__ApiKeyParameter"] = "/imageapp/model-key",
            }
        );
        Assert.NotEqual(0, await process.WaitForExitAsync());
        Assert.Contains("Parameter '/imageapp/model-key' could not be read (400)", string.Join('\n', process.Output));
        var (target, authorization, body) = await asked.Task;
        Assert.Equal("AmazonSSM.GetParameter", target);
        Assert.Contains("/us-east-1/ssm/aws4_request, SignedHeaders=", authorization);
        Assert.Equal("""{"Name":"/imageapp/model-key","WithDecryption":true}""", body);
    }

    [Fact]
    public async Task The_key_read_is_the_key_sent_to_the_model()
    {
        await using var parameters = await StartAsync(context =>
            context.Response.WriteAsync("""{"Parameter":{"Name":"/k","Type":"SecureString","Value":"key-from-store"}}""", Cancel)
        );
        await using var model = await ModelServer.StartAsync(ModelAnswer.Text("A lake."));
        await using var pipeline = await FunctionPipeline.StartAsync(
            server,
            "CaptionFunction",
            FunctionProcess.Built("ImageApp.CaptionFunction"),
            ("AWS_ENDPOINT_URL_SSM", parameters.Urls.Single()),
            ("Captioning__ApiKeyParameter", "/k"),
            ("Captioning__BaseUrl", model.BaseUrl.ToString())
        );
        await pipeline.PutAsync("images/lake.jpg", ImageApp.Tests.Application.TestImages.Jpeg(60, 40));
        var (error, answer) = await pipeline.InvokeAsync("images/lake.jpg");
        Assert.True(error is null, answer + pipeline.Log);
        Assert.Equal("Bearer key-from-store", Assert.Single(model.Requests).Authorization);
    }

    private static async Task<WebApplication> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var application = builder.Build();
        application.Urls.Add("http://127.0.0.1:0");
        application.Run(answer);
        await application.StartAsync(Cancel);
        return application;
    }
}
