using ImageApp.LocalAws.S3.Configuration;
using ImageApp.LocalAws.S3.Store;
using Microsoft.AspNetCore.Http;

namespace ImageApp.LocalAws.S3;

/// <summary>The tags of an object's version.</summary>
internal sealed class ObjectTaggingOperations(S3Store store, ObjectOperations objects)
{
    public async Task GetAsync(S3Request request, CancellationToken cancellationToken)
    {
        using var lease = objects.Lease(request);
        objects.AddVersion(request, lease.Object);
        await request.WriteXmlAsync(TagSet.Render(lease.Object.Tags), cancellationToken);
    }

    public async Task PutAsync(S3Request request, CancellationToken cancellationToken)
    {
        var tags = TagSet.Parse(await request.ReadRequiredXmlAsync("Tagging", cancellationToken), TagSet.MaximumOfObject);
        await UpdateAsync(request, tags, "ObjectTagging:Put");
    }

    public async Task DeleteAsync(S3Request request, CancellationToken cancellationToken)
    {
        await UpdateAsync(request, null, "ObjectTagging:Delete");
        request.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task UpdateAsync(S3Request request, IReadOnlyDictionary<string, string>? tags, string eventName)
    {
        var stored = await store.UpdateAsync(
            request.Bucket,
            request.Key,
            request.VersionId,
            version => version.IsDeleteMarker
                ? throw ObjectOperations.IsDeleteMarker(request, version)
                : version with { Tags = tags },
            request.EventContext(eventName));
        objects.AddVersion(request, stored);
    }
}
