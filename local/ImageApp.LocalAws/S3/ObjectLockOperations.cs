using System.Net;
using ImageApp.LocalAws.S3.Configuration;
using ImageApp.LocalAws.S3.Store;

namespace ImageApp.LocalAws.S3;

/// <summary>Locks on versions, and a bucket's default (S3 User Guide, "Locking objects with Object Lock").</summary>
internal sealed class ObjectLockOperations(S3Store store, ObjectOperations objects, TimeProvider time)
{
    public Task GetConfigurationAsync(S3Request request, CancellationToken cancellationToken) =>
        request.WriteXmlAsync(
            (store.GetBucket(request.Bucket).ObjectLock ?? throw Missing(
                "ObjectLockConfigurationNotFoundError",
                "Object Lock configuration does not exist for this bucket")).Render(),
            cancellationToken);

    public async Task PutConfigurationAsync(S3Request request, CancellationToken cancellationToken)
    {
        var configuration = ObjectLockConfiguration.Parse(await request.ReadRequiredXmlAsync("ObjectLockConfiguration", cancellationToken));
        await store.UpdateBucketAsync(
            request.Bucket,
            bucket => bucket.VersioningEnabled
                ? bucket with { ObjectLock = configuration }
                : throw new AwsServiceException(
                    "InvalidBucketState",
                    "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
                    HttpStatusCode.Conflict));
    }

    public async Task GetRetentionAsync(S3Request request, CancellationToken cancellationToken)
    {
        var stored = Find(request);
        var (mode, until) = stored.Lock is { Mode: { } set, RetainUntil: { } end } ? (set, end) : throw NoLock();
        await request.WriteXmlAsync(
            S3Xml.Element("Retention", S3Xml.Element("Mode", mode), S3Xml.Element("RetainUntilDate", S3Xml.Timestamp(until))),
            cancellationToken);
    }

    public async Task PutRetentionAsync(S3Request request, CancellationToken cancellationToken)
    {
        ObjectLockConfiguration.Require(store.GetBucket(request.Bucket));
        var now = time.GetUtcNow();
        var document = await request.ReadRequiredXmlAsync("Retention", cancellationToken);
        var isEmpty = !document.HasElements;
        var mode = isEmpty ? null : ObjectLockConfiguration.ParseMode(document.RequiredText("Mode"));
        DateTimeOffset? until = isEmpty ? null : ObjectRequestHeaders.RetainUntil(document.RequiredText("RetainUntilDate"), now);
        await UpdateAsync(request, present => present.WithRetention(mode, until, now, ObjectOperations.BypassesGovernance(request)));
    }

    public async Task GetLegalHoldAsync(S3Request request, CancellationToken cancellationToken)
    {
        var present = Find(request).Lock ?? throw NoLock();
        await request.WriteXmlAsync(
            S3Xml.Element("LegalHold", S3Xml.Element("Status", present.LegalHold ? "ON" : "OFF")),
            cancellationToken);
    }

    public async Task PutLegalHoldAsync(S3Request request, CancellationToken cancellationToken)
    {
        ObjectLockConfiguration.Require(store.GetBucket(request.Bucket));
        var document = await request.ReadRequiredXmlAsync("LegalHold", cancellationToken);
        var isHeld = document.RequiredText("Status") switch
        {
            "ON" => true,
            "OFF" => false,
            var other => throw S3Errors.MalformedXml($"the Status is '{other}'; allowed are ON and OFF."),
        };
        await UpdateAsync(request, present => present with { LegalHold = isHeld });
    }

    private StoredObject Find(S3Request request)
    {
        ObjectLockConfiguration.Require(store.GetBucket(request.Bucket));
        using var lease = objects.Lease(request);
        objects.AddVersion(request, lease.Object);
        return lease.Object;
    }

    private async Task UpdateAsync(S3Request request, Func<ObjectLock, ObjectLock> change)
    {
        var stored = await store.UpdateAsync(
            request.Bucket,
            request.Key,
            request.VersionId,
            version => version.IsDeleteMarker
                ? throw ObjectOperations.IsDeleteMarker(request, version)
                : version with { Lock = change(version.Lock ?? new ObjectLock(null, null, LegalHold: false)) },
            context: null);
        objects.AddVersion(request, stored);
    }

    private static AwsServiceException NoLock() =>
        Missing("NoSuchObjectLockConfiguration", "The specified object does not have a ObjectLock configuration");

    private static AwsServiceException Missing(string code, string message) => new(code, message, HttpStatusCode.NotFound);
}
