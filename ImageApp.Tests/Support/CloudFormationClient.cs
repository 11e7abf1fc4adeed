using System.Net;
using System.Xml.Linq;
using ImageApp.LocalAws;

namespace ImageApp.Tests.Support;

/// <summary>Calls CloudFormation as its SDK does: the Query protocol, signed (AWSSDK.CloudFormation is not on every feed).</summary>
internal sealed class CloudFormationClient(Uri endpoint, LocalAwsOptions options) : IDisposable
{
    private static readonly XNamespace Namespace = "http://cloudformation.amazonaws.com/doc/2010-05-15/";

    private readonly HttpClient _http =
        new(new SigningHandler("cloudformation", options.AccessKeyId, options.SecretAccessKey, options.Region)) { BaseAddress = endpoint };

    public void Dispose() => _http.Dispose();

    /// <summary>Calls an action; its result without namespaces.</summary>
    /// <exception cref="AwsServiceException">It was refused.</exception>
    public async Task<XElement> CallAsync(string action, params (string Name, string Value)[] parameters)
    {
        var token = TestContext.Current.CancellationToken;
        var form = parameters
            .Prepend(("Version", "2010-05-15"))
            .Prepend(("Action", action))
            .Select(p => KeyValuePair.Create(p.Item1, p.Item2));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new FormUrlEncodedContent(form) };
        using var response = await _http.SendAsync(request, token);
        var root = XElement.Parse(await response.Content.ReadAsStringAsync(token));
        if (response.StatusCode == HttpStatusCode.OK)
        {
            Assert.Equal(Namespace + (action + "Response"), root.Name);
            Assert.NotEmpty(root.Element(Namespace + "ResponseMetadata")!.Element(Namespace + "RequestId")!.Value);
        }

        foreach (var element in root.DescendantsAndSelf())
        {
            element.Name = element.Name.LocalName;
        }

        return response.StatusCode == HttpStatusCode.OK
            ? root.Element(action + "Result") ?? root
            : throw new AwsServiceException(
                root.Element("Error")!.Element("Code")!.Value,
                root.Element("Error")!.Element("Message")!.Value,
                response.StatusCode);
    }

    /// <summary>Expects an error and gives its message.</summary>
    public async Task<string> RefusedAsync(string code, string action, params (string Name, string Value)[] parameters)
    {
        var error = await Assert.ThrowsAsync<AwsServiceException>(() => CallAsync(action, parameters));
        Assert.Equal(code, error.Code);
        return error.Message;
    }

    public Task<XElement> CreateAsync(string name, string template, params (string Name, string Value)[] parameters) =>
        CallAsync("CreateStack", [("StackName", name), ("TemplateBody", template), .. parameters]);

    public Task<XElement> UpdateAsync(string name, string template, params (string Name, string Value)[] parameters) =>
        CallAsync("UpdateStack", [("StackName", name), ("TemplateBody", template), .. parameters]);

    public async Task<XElement> DescribeAsync(string name) =>
        Assert.Single((await CallAsync("DescribeStacks", ("StackName", name))).Descendants("Stacks").Elements("member"));

    /// <summary>Waits until no operation runs, and expects it to have ended in this status.</summary>
    public async Task<XElement> SettledAsync(string nameOrId, string status)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            var stack = await DescribeAsync(nameOrId);
            var current = stack.Element("StackStatus")!.Value;
            if (current == status)
            {
                return stack;
            }

            if (!current.EndsWith("_IN_PROGRESS", StringComparison.Ordinal))
            {
                var events = await CallAsync("DescribeStackEvents", ("StackName", nameOrId));
                Assert.Fail($"{nameOrId} is {current}, not {status}: {stack.Element("StackStatusReason")?.Value}\n{events}");
            }

            await Task.Delay(20, deadline.Token);
        }
    }

    /// <summary>The events of a stack, oldest first, as "logical id: status".</summary>
    public async Task<IReadOnlyList<string>> EventsAsync(string nameOrId) =>
    [
        .. (await CallAsync("DescribeStackEvents", ("StackName", nameOrId))).Descendants("StackEvents").Elements("member").Reverse()
            .Select(e => $"{e.Element("LogicalResourceId")!.Value}: {e.Element("ResourceStatus")!.Value}"),
    ];

    /// <summary>The reasons given for a status of a resource.</summary>
    public async Task<IReadOnlyList<string>> ReasonsAsync(string nameOrId, string logicalId, string status) =>
    [
        .. (await CallAsync("DescribeStackEvents", ("StackName", nameOrId))).Descendants("StackEvents").Elements("member")
            .Where(e => e.Element("LogicalResourceId")!.Value == logicalId && e.Element("ResourceStatus")!.Value == status)
            .Select(e => e.Element("ResourceStatusReason")?.Value ?? ""),
    ];

    public static string Output(XElement stack, string key) =>
        stack.Descendants("Outputs").Elements("member").Single(o => o.Element("OutputKey")!.Value == key).Element("OutputValue")!.Value;

    /// <summary>The list parameter <c>Parameters</c> of the Query protocol.</summary>
    public static (string Name, string Value)[] Parameters(params (string Key, string Value)[] parameters) =>
        [
            .. parameters.SelectMany(
                (p, i) =>
                    new[] { ($"Parameters.member.{i + 1}.ParameterKey", p.Key), ($"Parameters.member.{i + 1}.ParameterValue", p.Value) }),
        ];
}
