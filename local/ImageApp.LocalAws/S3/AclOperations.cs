using System.Xml.Linq;
using ImageApp.LocalAws.S3.Store;

namespace ImageApp.LocalAws.S3;

/// <summary>
/// Access control lists, which are disabled: as in every bucket that AWS makes since April 2023, its owner owns and controls all objects,
/// and policies say who else may what (S3 User Guide, "Controlling ownership of objects and disabling ACLs").
/// </summary>
internal sealed class AclOperations(S3Store store, ObjectOperations objects, LocalAwsOptions options)
{
    private static readonly XNamespace Schema = "http://www.w3.org/2001/XMLSchema-instance";

    public async Task GetOfBucketAsync(S3Request request, CancellationToken cancellationToken)
    {
        store.GetBucket(request.Bucket);
        await request.WriteXmlAsync(Render(), cancellationToken);
    }

    public async Task GetOfObjectAsync(S3Request request, CancellationToken cancellationToken)
    {
        using var lease = objects.Lease(request);
        objects.AddVersion(request, lease.Object);
        await request.WriteXmlAsync(Render(), cancellationToken);
    }

    public async Task PutOfBucketAsync(S3Request request, CancellationToken cancellationToken)
    {
        store.GetBucket(request.Bucket);
        await RequireOwnersAsync(request, cancellationToken);
    }

    public async Task PutOfObjectAsync(S3Request request, CancellationToken cancellationToken)
    {
        using var lease = objects.Lease(request);
        await RequireOwnersAsync(request, cancellationToken);
        objects.AddVersion(request, lease.Object);
    }

    // The one list that may be set is the one that is there.
    private async Task RequireOwnersAsync(S3Request request, CancellationToken cancellationToken)
    {
        ObjectRequestHeaders.RequireOwnersAcl(request);
        if (await request.ReadXmlAsync("AccessControlPolicy", cancellationToken) is not { } policy)
        {
            return;
        }

        var grants = policy.Child("AccessControlList")?.Children("Grant").ToList()
            ?? throw S3Errors.MalformedACLError("AccessControlPolicy must have the element AccessControlList.");
        if (
            grants is not [var grant]
            || grant.Child("Grantee")?.Text("ID") != options.AccountId
            || grant.Text("Permission") != "FULL_CONTROL")
        {
            throw S3Errors.AclsAreDisabled("the AccessControlList grants something else than FULL_CONTROL to the bucket's owner");
        }
    }

    private XElement Render() => S3Xml.Element(
        "AccessControlPolicy",
        S3Xml.Element("Owner", S3Xml.Element("ID", options.AccountId)),
        S3Xml.Element(
            "AccessControlList",
            S3Xml.Element(
                "Grant",
                S3Xml.Element(
                    "Grantee",
                    new XAttribute(XNamespace.Xmlns + "xsi", Schema.NamespaceName),
                    new XAttribute(Schema + "type", "CanonicalUser"),
                    S3Xml.Element("ID", options.AccountId)),
                S3Xml.Element("Permission", "FULL_CONTROL"))));
}
