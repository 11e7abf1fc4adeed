namespace ImageApp.LocalAws.CloudFormation;

/// <summary>The states of a stack (CloudFormation API Reference, data type Stack).</summary>
internal static class StackStatus
{
    public const string CreateInProgress = "CREATE_IN_PROGRESS";
    public const string CreateFailed = "CREATE_FAILED";
    public const string CreateComplete = "CREATE_COMPLETE";
    public const string RollbackInProgress = "ROLLBACK_IN_PROGRESS";
    public const string RollbackFailed = "ROLLBACK_FAILED";
    public const string RollbackComplete = "ROLLBACK_COMPLETE";
    public const string DeleteInProgress = "DELETE_IN_PROGRESS";
    public const string DeleteFailed = "DELETE_FAILED";
    public const string DeleteComplete = "DELETE_COMPLETE";
    public const string UpdateInProgress = "UPDATE_IN_PROGRESS";
    public const string UpdateCleanupInProgress = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS";
    public const string UpdateComplete = "UPDATE_COMPLETE";
    public const string UpdateFailed = "UPDATE_FAILED";
    public const string UpdateRollbackInProgress = "UPDATE_ROLLBACK_IN_PROGRESS";
    public const string UpdateRollbackFailed = "UPDATE_ROLLBACK_FAILED";
    public const string UpdateRollbackCleanupInProgress = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS";
    public const string UpdateRollbackComplete = "UPDATE_ROLLBACK_COMPLETE";

    public const string ImportInProgress = "IMPORT_IN_PROGRESS";
    public const string ImportComplete = "IMPORT_COMPLETE";
    public const string ImportRollbackInProgress = "IMPORT_ROLLBACK_IN_PROGRESS";
    public const string ImportRollbackComplete = "IMPORT_ROLLBACK_COMPLETE";

    /// <summary>Created by a change set that nobody has executed yet.</summary>
    public const string ReviewInProgress = "REVIEW_IN_PROGRESS";

    /// <summary>All that AWS has, also those that no stack here comes into.</summary>
    public static string[] All { get; } =
    [
        CreateInProgress, CreateFailed, CreateComplete, RollbackInProgress, RollbackFailed, RollbackComplete, DeleteInProgress,
        DeleteFailed, DeleteComplete, UpdateInProgress, UpdateCleanupInProgress, UpdateComplete, UpdateFailed, UpdateRollbackInProgress,
        UpdateRollbackFailed, UpdateRollbackCleanupInProgress, UpdateRollbackComplete, ReviewInProgress, ImportInProgress, ImportComplete,
        ImportRollbackInProgress, "IMPORT_ROLLBACK_FAILED", ImportRollbackComplete,
    ];

    /// <summary>Whether an operation is running; a stack in review waits for people, not for an operation.</summary>
    public static bool IsRunning(string status) =>
        status != ReviewInProgress && status.EndsWith("_IN_PROGRESS", StringComparison.Ordinal);

    /// <summary>Whether an update may start.</summary>
    public static bool IsUpdatable(string status) =>
        status is CreateComplete or UpdateComplete or UpdateRollbackComplete or UpdateFailed or ImportComplete or ImportRollbackComplete;

    /// <summary>Whether the stack's resources can be compared with its template (DetectStackDrift).</summary>
    public static bool HasDrift(string status) =>
        status is CreateComplete or UpdateComplete or UpdateRollbackComplete or UpdateRollbackFailed or ImportComplete
            or ImportRollbackComplete;
}

/// <summary>The states of a resource (CloudFormation API Reference, data type StackResource).</summary>
internal static class ResourceStatus
{
    public const string CreateInProgress = "CREATE_IN_PROGRESS";
    public const string CreateFailed = "CREATE_FAILED";
    public const string CreateComplete = "CREATE_COMPLETE";
    public const string UpdateInProgress = "UPDATE_IN_PROGRESS";
    public const string UpdateFailed = "UPDATE_FAILED";
    public const string UpdateComplete = "UPDATE_COMPLETE";
    public const string DeleteInProgress = "DELETE_IN_PROGRESS";
    public const string DeleteFailed = "DELETE_FAILED";
    public const string DeleteComplete = "DELETE_COMPLETE";
    public const string DeleteSkipped = "DELETE_SKIPPED";
    public const string ImportInProgress = "IMPORT_IN_PROGRESS";
    public const string ImportComplete = "IMPORT_COMPLETE";
    public const string ImportFailed = "IMPORT_FAILED";

    /// <summary>Whether the resource is as it was last asked for.</summary>
    public static bool IsSettled(string status) => status is CreateComplete or UpdateComplete or ImportComplete;
}
