namespace ImageApp.SchemaFunction;

/// <summary>What CloudFormation asks of a custom resource (CloudFormation User Guide, "Custom resource request objects").</summary>
/// <param name="RequestType"><c>Create</c>, <c>Update</c> or <c>Delete</c>.</param>
/// <param name="ResponseURL">Where the answer is put.</param>
/// <param name="StackId">The stack's ARN.</param>
/// <param name="RequestId">The request's id.</param>
/// <param name="LogicalResourceId">The resource's name in its template.</param>
/// <param name="PhysicalResourceId">What an earlier answer called it; null at its creation.</param>
/// <param name="ResourceProperties">Its properties.</param>
internal sealed record SchemaRequest(
    string RequestType,
    Uri ResponseURL,
    string StackId,
    string RequestId,
    string LogicalResourceId,
    string? PhysicalResourceId,
    SchemaProperties ResourceProperties);

/// <summary>The properties of <c>Custom::Schema</c> in <c>deploy/schema.yaml</c>.</summary>
/// <param name="Administrator">The ARN of the secret with the database administrator's name and password.</param>
/// <param name="Database">The database as a connection string without a user.</param>
/// <param name="UserAuthentication">
/// How the application's user proves who it is, as CREATE USER says it after IDENTIFIED; null for RDS' IAM tokens.
/// </param>
internal sealed record SchemaProperties(string Administrator, string Database, string? UserAuthentication);

/// <summary>The answer (CloudFormation User Guide, "Custom resource response objects").</summary>
/// <param name="Status"><c>SUCCESS</c> or <c>FAILED</c>.</param>
/// <param name="Reason">Why it failed; shown in the stack's events.</param>
/// <param name="PhysicalResourceId">The resource's name, always the same: another one would have it deleted.</param>
/// <param name="StackId">As asked.</param>
/// <param name="RequestId">As asked.</param>
/// <param name="LogicalResourceId">As asked.</param>
internal sealed record SchemaResponse(
    string Status, string? Reason, string PhysicalResourceId, string StackId, string RequestId, string LogicalResourceId);
