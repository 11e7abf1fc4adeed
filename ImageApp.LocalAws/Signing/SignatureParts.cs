namespace ImageApp.LocalAws.Signing;

/// <summary>The three parts of an authorization.</summary>
/// <param name="Credential">Key id and scope: <c>KEY/20261123/us-east-1/s3/aws4_request</c>.</param>
/// <param name="SignedHeaders">Lower-case names of the headers that were signed, in order.</param>
/// <param name="Signature">64 hexadecimal digits.</param>
internal sealed record SignatureParts(string Credential, IReadOnlyList<string> SignedHeaders, string Signature)
{
    /// <summary>The credential without the key id.</summary>
    public string Scope => Credential[(Credential.IndexOf('/', StringComparison.Ordinal) + 1)..];

    /// <summary>Reads an <c>Authorization</c> header.</summary>
    public static bool TryParseHeader(string header, out SignatureParts parts)
    {
        parts = new SignatureParts("", [], "");
        const string algorithm = "AWS4-HMAC-SHA256 ";
        if (!header.StartsWith(algorithm, StringComparison.Ordinal))
        {
            return false;
        }

        var fields = header[algorithm.Length..].Split(',', StringSplitOptions.TrimEntries)
            .Select(field => field.Split('=', 2))
            .Where(field => field.Length == 2)
            .GroupBy(field => field[0])
            .ToDictionary(field => field.Key, field => field.First()[1]);
        if (!fields.TryGetValue("Credential", out var credential) || !fields.TryGetValue("SignedHeaders", out var headers) || !fields.TryGetValue("Signature", out var signature))
        {
            return false;
        }

        parts = new SignatureParts(credential, headers.Split(';'), signature);
        return true;
    }
}
