using System.Globalization;
using ImageApp.CaptionFunction;
using ImageApp.CaptionFunction.Provider;

namespace ImageApp.Tests.Captions;

/// <summary>What a provider's refusal means, by its words as providers really choose them.</summary>
public sealed class ProviderFailuresTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 10, 0, 0, TimeSpan.Zero);
    private static readonly CaptioningOptions Options = new() { ApiKey = "key-1", Model = "m-1" };

    [Theory]
    [InlineData(404, """{"error":{"message":"The model `m-1` does not exist or you have no access to it.","code":"model_not_found"}}""")]
    [InlineData(404, """{"error":{"message":"models/m-1 is not found for API version v1main","status":"NOT_FOUND"}}""")]
    [InlineData(404, """[{"error":{"code":404,"message":"models/m-1 is not found"}}]""")]
    [InlineData(404, """{"error":{"message":"model 'm-1' not found","type":"api_error"}}""")]
    [InlineData(404, """{"object":"error","message":"The model `m-1` does not exist.","type":"NotFoundError","code":404}""")]
    [InlineData(400, """{"error":{"message":"m-1 is not a valid model ID","code":400}}""")]
    [InlineData(400, """{"object":"error","message":"Invalid model: m-1","type":"invalid_model","code":"1500"}""")]
    [InlineData(400, """{"error":{"message":"Model Not Exist","type":"invalid_request_error"}}""")]
    [InlineData(400, """{"error":{"message":"The model `m-1` has been decommissioned and is no longer"""
        + """ supported.","code":"model_decommissioned"}}""")]
    [InlineData(404, """{"error":{"message":"No endpoints found for m-1.","code":404}}""")]
    [InlineData(404, """{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}}""")]
    [InlineData(403, """{"error":{"message":"Project does not have access to model `m-1`","code":"model_not_found"}}""")]
    [InlineData(410, """{"error":"gone"}""")]
    public void A_model_that_is_not_there_is_the_setting_Model(int status, string body) =>
        AssertSetting("model-unknown", "Captioning:Model", status, body);

    [Theory]
    [InlineData(400, """{"error":{"message":"This model does not support image inputs.","type":"invalid_request_error"}}""")]
    [InlineData(400, """{"error":"Model does not support images. Please use a model that does."}""")]
    [InlineData(400, """{"error":{"message":"this model does not support image input (ref: b8bd)"}}""")]
    [InlineData(400, """{"error":{"message":"Invalid content type. image_url is only supported by certain models."}}""")]
    [InlineData(404, """{"error":{"message":"No endpoints found that support image input","code":404}}""")]
    [InlineData(422, """{"error":{"message":"Failed to deserialize the JSON body: messages[0]: unknown variant `image_url`, expected"""
        + """ `text`"}}""")]
    [InlineData(400, """{"error":{"message":"'messages.0' : for 'role:user' the following must be satisfied[('messages.0.content' :"""
        + """ value must be a string)]"}}""")]
    [InlineData(400, """{"error":{"code":400,"message":"Image input modality is not enabled for models/m-1"}}""")]
    [InlineData(400, """{"object":"error","message":"m-1 is not a multimodal model","code":400}""")]
    [InlineData(400, """{"object":"error","message":"At most 0 image(s) may be provided in one request."}""")]
    [InlineData(500, """{"error":{"code":500,"message":"image input is not supported - hint: if this is unexpected, you may need to"""
        + """ provide the mmproj","type":"server_error"}}""")]
    public void A_model_without_eyes_is_the_setting_Model(int status, string body) =>
        AssertSetting("model-text-only", "Captioning:Model", status, body);

    [Theory]
    [InlineData(401, """{"error":{"message":"Incorrect API key provided.","code":401}}""")]
    [InlineData(401, "")]
    [InlineData(400, """[{"error":{"code":400,"message":"API key not valid. Please pass a valid API"""
        + """ key.","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}]""")]
    [InlineData(403, """{"error":{"code":403,"message":"Your API key was reported as leaked. Please use another API"""
        + """ key.","status":"PERMISSION_DENIED"}}""")]
    [InlineData(403, """{"error":{"message":"Country, region, or territory not supported"}}""")]
    public void A_refused_key_is_the_setting_ApiKey(int status, string body) =>
        AssertSetting("key-refused", "Captioning:ApiKey", status, body);

    [Theory]
    [InlineData(404, "404 page not found")]
    [InlineData(404, """{"detail":"Not Found"}""")]
    [InlineData(405, """{"detail":"Method Not Allowed"}""")]
    [InlineData(404, "<html><body><h1>404 Not Found</h1></body></html>")]
    [InlineData(400, "<html>400 The plain HTTP request was sent to HTTPS port</html>")]
    [InlineData(301, "")]
    [InlineData(308, "<html>Moved</html>")]
    public void Another_service_is_the_setting_BaseUrl(int status, string body) =>
        AssertSetting("provider-unknown", "Captioning:BaseUrl", status, body);

    [Theory]
    [InlineData(400, """{"error":{"message":"Something else is wrong."}}""")]
    [InlineData(422, """{"detail":[{"loc":["body","frequency"],"msg":"field required","input":{"image":"invalid image"}}]}""")]
    [InlineData(418, "{}")]
    public void Another_refusal_names_the_settings_to_look_at(int status, string body) =>
        AssertSetting("request-refused", "Captioning:Model", status, body);

    [Theory]
    [InlineData(400, """{"error":{"code":"content_filter","message":"The response was filtered due to the prompt triggering Azure"""
        + """ OpenAI's content management policy.","innererror":{"code":"ResponsibleAIPolicyViolation"}}}""")]
    [InlineData(400, """{"error":{"code":"content_policy_violation","message":"Your request was rejected."}}""")]
    [InlineData(400, """{"error":{"code":"data_inspection_failed","message":"Input data may contain inappropriate content."}}""")]
    [InlineData(400, """{"error":{"message":"Content Exists Risk","type":"invalid_request_error"}}""")]
    [InlineData(400, """{"error":{"message":"The request was rejected because it was considered high risk","type":"content_filter"}}""")]
    [InlineData(403, """{"error":{"code":403,"message":"Your input was flagged","metadata":{"reasons":["violence"]}}}""")]
    [InlineData(403, """{"code":"The caller does not have permission","error":"Content violates usage guidelines."}""")]
    [InlineData(400, """{"error":{"message":"Response was blocked: SAFETY"}}""")]
    [InlineData(400, """{"error":{"message":"Your request was rejected by the safety system."}}""")]
    public void A_filter_has_declined(int status, string body) =>
        Assert.Equal("declined", Assert.IsType<ModelDeclinedException>(Read(status, body)).Code);

    [Theory]
    [InlineData(413, "<html>Request Entity Too Large</html>")]
    [InlineData(400, """{"error":{"message":"image exceeds 5 MB maximum: 6291456 bytes > 5242880 bytes"}}""")]
    [InlineData(400, """{"error":{"code":400,"message":"the request exceeds the available context size. try increasing the context"""
        + """ size","type":"exceed_context_size_error"}}""")]
    [InlineData(400, """[{"error":{"code":400,"message":"Unable to process input image. Please retry or"""
        + """ report.","status":"INVALID_ARGUMENT"}}]""")]
    [InlineData(400, """{"error":{"message":"You uploaded an unsupported image. Please make sure your image is"""
        + """ valid.","code":"invalid_image_format"}}""")]
    public void A_picture_that_the_provider_cannot_take_is_the_pictures_own_failure(int status, string body) =>
        Assert.Equal("picture-refused", Assert.IsType<ModelPictureException>(Read(status, body)).Code);

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    [InlineData(529)]
    [InlineData(408)]
    [InlineData(425)]
    public void The_providers_own_troubles_pass(int status)
    {
        var failure = Assert.IsType<ModelUnavailableException>(Read(status, "<html>sorry</html>"));
        Assert.Contains(status.ToString(CultureInfo.InvariantCulture), failure.Message);
    }

    [Theory]
    [InlineData(429, """[{"error":{"code":429,"message":"You exceeded your current quota. Please retry in"""
        + """ 12.4s.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"12.418"""
        + """s"}]}}]""", "Rate", "2026-03-04T10:00:12.418Z")]
    [InlineData(429, """{"error":{"message":"Too many requests"}}""", "Rate", "2026-03-04T10:01:00Z")]
    [InlineData(429, "", "Rate", "2026-03-04T10:01:00Z")]
    [InlineData(429, """[{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing"""
        + """ details.","status":"RESOURCE_EXHAUSTED","details":[{"violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-Fre"""
        + """eTier"}]},{"retryDelay":"33s"}]}}]""", "Day", "2026-03-05T08:00:00Z")]
    [InlineData(429, """{"error":{"message":"Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests"""
        + """ per day","code":429}}""", "Day", "2026-03-05T00:00:00Z")]
    [InlineData(429, """{"error":{"message":"Rate limit exceeded: free-models-per-min.","code":429"""
        + ""","metadata":{"headers":{"X-RateLimit-Reset":"1772618410000"}}}}""", "Rate", "2026-03-04T10:00:10Z")]
    [InlineData(429, """{"error":{"message":"Rate limit reached for model `m-1` on tokens per day (TPD): Limit 100000, Used 97050."""
        + """ Please try again in 9m38s.","code":"rate_limit_exceeded"}}""", "Day", "2026-03-04T10:09:38Z")]
    [InlineData(429, """{"error":{"message":"You exceeded your current quota, please check your plan and billing"""
        + """ details.","type":"insufficient_quota","code":"insufficient_quota"}}""", "Credit", "2026-03-04T11:00:00Z")]
    [InlineData(402, """{"error":{"message":"Insufficient Balance"}}""", "Credit", "2026-03-04T11:00:00Z")]
    [InlineData(400, """{"error":{"message":"Your credit balance is too low to access the API."}}""", "Credit", "2026-03-04T11:00:00Z")]
    [InlineData(403, """{"error":{"message":"Rate limit exceeded. Please wait 30 seconds."}}""", "Rate", "2026-03-04T10:00:30Z")]
    public void A_quota_has_a_kind_and_an_end(int status, string body, string kind, string retryAt)
    {
        var quota = Assert.IsType<ModelQuotaException>(Read(status, body));
        Assert.Equal((kind, DateTimeOffset.Parse(retryAt, CultureInfo.InvariantCulture)), (quota.Kind.ToString(), quota.RetryAt));
    }

    [Fact]
    public void A_providers_words_are_for_the_log_and_not_for_the_gallery()
    {
        var failure = Read(401, """{"error":{"message":"Incorrect API key provided: key-1"}}""");
        Assert.Equal("The model provider refuses the key: correct Captioning:ApiKey.", failure.Message);
        Assert.Contains("Incorrect API key", failure.InnerException!.Message);
    }

    private static void AssertSetting(string code, string setting, int status, string body)
    {
        var failure = Assert.IsType<ModelSettingException>(Read(status, body));
        Assert.Equal((code, setting), (failure.Code, failure.Setting));
        Assert.Contains(setting, failure.Message);
    }

    private static ModelFailureException Read(int status, string body) =>
        ProviderFailures.Read(ProviderError.Parse(status, body), headers: null, Options, Now);
}
