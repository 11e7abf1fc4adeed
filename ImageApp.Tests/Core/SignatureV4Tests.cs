using Amazon.Runtime;
using ImageApp.Core.Aws;

namespace ImageApp.Tests.Core;

/// <summary>Against signatures that AWS has published.</summary>
public sealed class SignatureV4Tests
{
    /// <summary>The Signature Version 4 test suite: get-vanilla, get-vanilla-query-order-key-case, post-vanilla.</summary>
    [Theory]
    [InlineData("GET", "https://example.amazonaws.com/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData(
        "GET",
        "https://example.amazonaws.com/?Param2=value2&Param1=value1",
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
    )]
    [InlineData("POST", "https://example.amazonaws.com/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")]
    public void Requests_are_signed_as_in_the_test_suite(string method, string address, string signature)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), address);
        new SignatureV4(
            new ImmutableCredentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", null),
            "us-east-1",
            "service"
        ).Sign(request, [], new DateTimeOffset(2015, 8, 30, 12, 36, 0, TimeSpan.Zero));
        Assert.Equal(
            $"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature={signature}",
            request.Headers.GetValues("Authorization").Single()
        );
    }

    /// <summary>Amazon S3 API Reference, "Authenticating Requests: Using Query Parameters", the example.</summary>
    [Fact]
    public void An_address_is_presigned_as_in_the_documentation()
    {
        var signed = new SignatureV4(
            new ImmutableCredentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", null),
            "us-east-1",
            "s3"
        ).Presign(
            "GET",
            new Uri("https://examplebucket.s3.amazonaws.com/test.txt"),
            "UNSIGNED-PAYLOAD",
            TimeSpan.FromSeconds(86400),
            new DateTimeOffset(2013, 5, 24, 0, 0, 0, TimeSpan.Zero)
        );
        Assert.EndsWith("&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404", signed);
    }

    [Fact]
    public void A_database_token_is_an_address_without_scheme_that_names_the_user_and_carries_the_sessions_token()
    {
        var token = DatabaseToken.Create(
            new ImmutableCredentials("AKID", "secret", "session+token"),
            "eu-west-1",
            "db.example.eu-west-1.rds.amazonaws.com",
            3306,
            "imageapp",
            new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)
        );
        Assert.StartsWith("db.example.eu-west-1.rds.amazonaws.com:3306/?Action=connect&DBUser=imageapp&", token);
        Assert.Contains("X-Amz-Credential=AKID%2F20260102%2Feu-west-1%2Frds-db%2Faws4_request", token);
        Assert.Contains("X-Amz-Expires=900", token);
        Assert.Contains("X-Amz-Security-Token=session%2Btoken", token);
        Assert.Matches("X-Amz-Signature=[0-9a-f]{64}$", token);
    }
}
