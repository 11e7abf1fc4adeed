using System.Xml.Linq;

namespace ImageApp.LocalAws.S3.Configuration;

/// <summary>
/// A bucket's public access block (S3 User Guide, "Blocking public access"). Local S3 has no ACLs, so only
/// <see cref="RestrictPublicBuckets"/> has an effect: no unsigned request is served.
/// </summary>
internal sealed record PublicAccessBlock(bool BlockPublicAcls, bool IgnorePublicAcls, bool BlockPublicPolicy, bool RestrictPublicBuckets)
{
    public static PublicAccessBlock Parse(XElement root) =>
        new(
            root.Flag("BlockPublicAcls"),
            root.Flag("IgnorePublicAcls"),
            root.Flag("BlockPublicPolicy"),
            root.Flag("RestrictPublicBuckets"));

    public XElement Render() =>
        S3Xml.Element(
            "PublicAccessBlockConfiguration",
            S3Xml.Element("BlockPublicAcls", BlockPublicAcls),
            S3Xml.Element("IgnorePublicAcls", IgnorePublicAcls),
            S3Xml.Element("BlockPublicPolicy", BlockPublicPolicy),
            S3Xml.Element("RestrictPublicBuckets", RestrictPublicBuckets));
}
