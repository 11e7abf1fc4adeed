namespace ImageApp.Web.Operations;

/// <summary>What became of messages that were to be handled again.</summary>
/// <param name="Sent">Those whose pictures are on their way through the pipeline again.</param>
/// <param name="Gone">Those whose pictures are no longer in the bucket, so that nothing is left to do.</param>
/// <param name="Unreadable">Those that are no event of this application; they stay in the queue.</param>
internal sealed record RedriveResult(int Sent, int Gone, int Unreadable)
{
    /// <summary>The messages that left the queue.</summary>
    public int Left => Sent + Gone;
}
