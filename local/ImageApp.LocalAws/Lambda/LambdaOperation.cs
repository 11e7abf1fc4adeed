namespace ImageApp.LocalAws.Lambda;

/// <summary>Lambda's operations by the addresses that clients use (Lambda API Reference, "Actions").</summary>
/// <param name="Name">The operation's name.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The address; <c>*</c> stands for one segment that names something.</param>
internal sealed record LambdaOperation(string Name, string Method, string Path)
{
    private static readonly LambdaOperation[] s_all =
    [
        new("ListFunctions", "GET", "2015-03-31/functions"),
        new("CreateFunction", "POST", "2015-03-31/functions"),
        new("GetFunction", "GET", "2015-03-31/functions/*"),
        new("DeleteFunction", "DELETE", "2015-03-31/functions/*"),
        new("UpdateFunctionCode", "PUT", "2015-03-31/functions/*/code"),
        new("GetFunctionConfiguration", "GET", "2015-03-31/functions/*/configuration"),
        new("UpdateFunctionConfiguration", "PUT", "2015-03-31/functions/*/configuration"),
        new("Invoke", "POST", "2015-03-31/functions/*/invocations"),
        new("InvokeAsync", "POST", "2014-11-13/functions/*/invoke-async"),
        new("InvokeWithResponseStream", "POST", "2021-11-15/functions/*/response-streaming-invocations"),
        new("GetPolicy", "GET", "2015-03-31/functions/*/policy"),
        new("AddPermission", "POST", "2015-03-31/functions/*/policy"),
        new("RemovePermission", "DELETE", "2015-03-31/functions/*/policy/*"),
        new("ListVersionsByFunction", "GET", "2015-03-31/functions/*/versions"),
        new("PublishVersion", "POST", "2015-03-31/functions/*/versions"),
        new("ListAliases", "GET", "2015-03-31/functions/*/aliases"),
        new("CreateAlias", "POST", "2015-03-31/functions/*/aliases"),
        new("GetAlias", "GET", "2015-03-31/functions/*/aliases/*"),
        new("UpdateAlias", "PUT", "2015-03-31/functions/*/aliases/*"),
        new("DeleteAlias", "DELETE", "2015-03-31/functions/*/aliases/*"),
        new("GetFunctionEventInvokeConfig", "GET", "2019-09-25/functions/*/event-invoke-config"),
        new("PutFunctionEventInvokeConfig", "PUT", "2019-09-25/functions/*/event-invoke-config"),
        new("UpdateFunctionEventInvokeConfig", "POST", "2019-09-25/functions/*/event-invoke-config"),
        new("DeleteFunctionEventInvokeConfig", "DELETE", "2019-09-25/functions/*/event-invoke-config"),
        new("ListFunctionEventInvokeConfigs", "GET", "2019-09-25/functions/*/event-invoke-config/list"),
        new("GetFunctionConcurrency", "GET", "2019-09-30/functions/*/concurrency"),
        new("PutFunctionConcurrency", "PUT", "2017-10-31/functions/*/concurrency"),
        new("DeleteFunctionConcurrency", "DELETE", "2017-10-31/functions/*/concurrency"),
        new("GetProvisionedConcurrencyConfig", "GET", "2019-09-30/functions/*/provisioned-concurrency"),
        new("PutProvisionedConcurrencyConfig", "PUT", "2019-09-30/functions/*/provisioned-concurrency"),
        new("DeleteProvisionedConcurrencyConfig", "DELETE", "2019-09-30/functions/*/provisioned-concurrency"),
        new("GetFunctionUrlConfig", "GET", "2021-10-31/functions/*/url"),
        new("CreateFunctionUrlConfig", "POST", "2021-10-31/functions/*/url"),
        new("UpdateFunctionUrlConfig", "PUT", "2021-10-31/functions/*/url"),
        new("DeleteFunctionUrlConfig", "DELETE", "2021-10-31/functions/*/url"),
        new("ListFunctionUrlConfigs", "GET", "2021-10-31/functions/*/urls"),
        new("GetFunctionCodeSigningConfig", "GET", "2020-06-30/functions/*/code-signing-config"),
        new("PutFunctionCodeSigningConfig", "PUT", "2020-06-30/functions/*/code-signing-config"),
        new("DeleteFunctionCodeSigningConfig", "DELETE", "2020-06-30/functions/*/code-signing-config"),
        new("GetRuntimeManagementConfig", "GET", "2021-07-20/functions/*/runtime-management-config"),
        new("PutRuntimeManagementConfig", "PUT", "2021-07-20/functions/*/runtime-management-config"),
        new("GetFunctionRecursionConfig", "GET", "2024-08-31/functions/*/recursion-config"),
        new("PutFunctionRecursionConfig", "PUT", "2024-08-31/functions/*/recursion-config"),
        new("ListEventSourceMappings", "GET", "2015-03-31/event-source-mappings"),
        new("CreateEventSourceMapping", "POST", "2015-03-31/event-source-mappings"),
        new("GetEventSourceMapping", "GET", "2015-03-31/event-source-mappings/*"),
        new("UpdateEventSourceMapping", "PUT", "2015-03-31/event-source-mappings/*"),
        new("DeleteEventSourceMapping", "DELETE", "2015-03-31/event-source-mappings/*"),
        new("ListLayers", "GET", "2018-10-31/layers"),
        new("ListLayerVersions", "GET", "2018-10-31/layers/*/versions"),
        new("PublishLayerVersion", "POST", "2018-10-31/layers/*/versions"),
        new("GetLayerVersion", "GET", "2018-10-31/layers/*/versions/*"),
        new("DeleteLayerVersion", "DELETE", "2018-10-31/layers/*/versions/*"),
        new("GetLayerVersionPolicy", "GET", "2018-10-31/layers/*/versions/*/policy"),
        new("AddLayerVersionPermission", "POST", "2018-10-31/layers/*/versions/*/policy"),
        new("RemoveLayerVersionPermission", "DELETE", "2018-10-31/layers/*/versions/*/policy/*"),
        new("ListCodeSigningConfigs", "GET", "2020-04-22/code-signing-configs"),
        new("CreateCodeSigningConfig", "POST", "2020-04-22/code-signing-configs"),
        new("GetAccountSettings", "GET", "2016-08-19/account-settings"),
        new("ListTags", "GET", "2017-03-31/tags/*"),
        new("TagResource", "POST", "2017-03-31/tags/*"),
        new("UntagResource", "DELETE", "2017-03-31/tags/*"),
    ];

    private readonly string[] _segments = Path.Split('/');

    /// <summary>The operation of a request and the segments that name something; null where Lambda has none.</summary>
    public static (string Name, IReadOnlyList<string> Names)? Find(string method, IReadOnlyList<string> segments) =>
        Array.Find(s_all, operation => operation.Method == method && operation.Matches(segments)) is { } found
            ? (found.Name, [.. segments.Where((_, i) => found._segments[i] == "*")])
            : null;

    private bool Matches(IReadOnlyList<string> segments) =>
        segments.Count == _segments.Length && _segments.Index().All(item => item.Item == "*" || item.Item == segments[item.Index]);
}
