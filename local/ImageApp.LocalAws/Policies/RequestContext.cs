using System.Globalization;

namespace ImageApp.LocalAws.Policies;

/// <summary>
/// The condition keys of one request: the caller's own and those that every AWS request carries (IAM User Guide, "AWS global condition
/// context keys").
/// </summary>
internal sealed class RequestContext
{
    private readonly Dictionary<string, string> _values;

    public RequestContext(PolicyRequest request)
    {
        var isService = request.Principal.EndsWith(".amazonaws.com", StringComparison.Ordinal);
        _values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["aws:CurrentTime"] = request.At.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["aws:EpochTime"] = request.At.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            ["aws:PrincipalIsAWSService"] = isService ? "true" : "false",
        };
        if (isService)
        {
            _values["aws:PrincipalServiceName"] = request.Principal;
        }
        else if (PrincipalElement.AccountOf(request.Principal) is { } account)
        {
            _values["aws:PrincipalAccount"] = account;
            _values["aws:PrincipalArn"] = request.Principal.StartsWith("arn:", StringComparison.Ordinal)
                ? request.Principal
                : $"arn:aws:iam::{account}:root";
        }

        foreach (var (key, value) in request.Context)
        {
            _values[key] = value;
        }
    }

    public string? this[string key] => _values.GetValueOrDefault(key);
}
