namespace ImageApp.LocalAws.Signing;

/// <summary>What a Signature Version 4 key is good for.</summary>
/// <param name="Date">The day in UTC, <c>yyyyMMdd</c>.</param>
/// <param name="Region">For example <c>us-east-1</c>.</param>
/// <param name="Service">The service's signing name, for example <c>s3</c>.</param>
internal sealed record CredentialScope(string Date, string Region, string Service)
{
    /// <summary>What every scope ends in.</summary>
    public const string Terminator = "aws4_request";

    /// <summary>As it is in the string to sign.</summary>
    public override string ToString() => $"{Date}/{Region}/{Service}/{Terminator}";
}
