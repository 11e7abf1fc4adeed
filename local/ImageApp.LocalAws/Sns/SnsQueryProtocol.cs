namespace ImageApp.LocalAws.Sns;

/// <summary>Carries SNS's actions over HTTP in the Query protocol.</summary>
internal sealed class SnsQueryProtocol(SnsApi api) : IAwsService
{
    public string SigningName => "sns";

    public string DisplayName => "SNS";

    public AwsErrorFormat ErrorFormat => AwsErrorFormat.Query;

    public async Task HandleAsync(AwsRequest request, CancellationToken cancellationToken)
    {
        var parameters = request.ReadQueryParameters();
        var action = parameters.GetValueOrDefault("Action") ?? throw new AwsServiceException("MissingAction", "The request has no parameter Action.");
        request.Operation = action;
        var result = await api.HandleAsync(action, parameters, cancellationToken);
        await QueryResponse.WriteAsync(request.HttpContext, SnsApi.Namespace, action, result, request.RequestId);
    }
}
