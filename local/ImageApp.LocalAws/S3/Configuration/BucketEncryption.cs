using System.Xml.Linq;

namespace ImageApp.LocalAws.S3.Configuration;

/// <summary>A bucket's default encryption. Only SSE-S3: a laptop has no KMS, and its disk's encryption is its owner's.</summary>
/// <param name="BucketKeyEnabled">Stored and returned.</param>
internal sealed record BucketEncryption(bool BucketKeyEnabled)
{
    public const string Algorithm = "AES256";

    public static BucketEncryption Parse(XElement root)
    {
        var rules = root.Children("Rule").ToList();
        if (rules.Count != 1)
        {
            throw S3Errors.MalformedXml("an encryption configuration has one Rule.");
        }

        var defaults =
            rules[0].Child("ApplyServerSideEncryptionByDefault")
            ?? throw S3Errors.MalformedXml("the Rule must have the element ApplyServerSideEncryptionByDefault.");
        Require(defaults.RequiredText("SSEAlgorithm"));
        return new BucketEncryption(rules[0].Flag("BucketKeyEnabled"));
    }

    /// <exception cref="AwsServiceException">It is not <c>AES256</c>.</exception>
    public static void Require(string algorithm)
    {
        if (algorithm != Algorithm)
        {
            throw S3Errors.NotImplemented($"Server-side encryption '{algorithm}' (only {Algorithm} is)");
        }
    }

    public XElement Render() => S3Xml.Element(
        "ServerSideEncryptionConfiguration",
        S3Xml.Element(
            "Rule",
            S3Xml.Element("ApplyServerSideEncryptionByDefault", S3Xml.Element("SSEAlgorithm", Algorithm)),
            S3Xml.Element("BucketKeyEnabled", BucketKeyEnabled)));
}
