using ImageApp.LocalAws.Lambda;

namespace ImageApp.LocalAws;

/// <summary>What a local AWS serves, where, and to whom.</summary>
public sealed class LocalAwsOptions
{
    /// <summary>The loopback TCP port; 0 takes any free one.</summary>
    public int Port { get; set; } = 4566;

    /// <summary>The folder that holds all state: buckets, topics, queues, stacks. Created if missing.</summary>
    public string DataDirectory { get; set; } = "";

    /// <summary>The one region, as it appears in ARNs and credential scopes.</summary>
    public string Region { get; set; } = "us-east-1";

    /// <summary>The one account: 12 digits.</summary>
    public string AccountId { get; set; } = "000000000000";

    /// <summary>The access key id that requests must be signed with.</summary>
    public string AccessKeyId { get; set; } = "local";

    /// <summary>The secret that belongs to <see cref="AccessKeyId"/>.</summary>
    public string SecretAccessKey { get; set; } = "local-secret";

    /// <summary>
    /// The delay before the first retry of a failed asynchronous invocation; the second waits twice as long.
    /// AWS waits one minute, then two (Lambda Developer Guide, "Error handling for asynchronous invocation").
    /// </summary>
    public TimeSpan AsynchronousRetryDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Whether a stack that is created takes over a bucket of its name that a deleted stack has kept. AWS refuses, and a deployment there
    /// says in a parameter that the bucket exists; on a laptop nobody else could own it.
    /// </summary>
    public bool TakesOverKeptBuckets { get; set; }

    /// <summary>
    /// Whether a message move task without a destination sends what failed in a function to that function again. AWS refuses to redrive
    /// such a queue; on a laptop there is nobody but the developer who could do it instead.
    /// </summary>
    public bool RedrivesToFunctions { get; set; }

    /// <summary>
    /// The names that requests may have in their <c>Host</c>, beside this machine's own (localhost and loopback addresses): a page whose
    /// name leads here by DNS rebinding is refused.
    /// </summary>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>The functions that exist; one that is not listed cannot poll the Runtime API.</summary>
    public IList<FunctionRegistration> Functions { get; } = [];
}
