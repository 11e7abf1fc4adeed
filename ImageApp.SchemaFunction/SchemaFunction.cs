using System.Text.Json;
using Amazon.Lambda.Core;
using ImageApp.Web.Upkeep;
using MySqlConnector;

namespace ImageApp.SchemaFunction;

/// <summary>
/// Makes the database ready before anything uses it: the application's user, who comes with IAM tokens, and the tables of this release.
/// CloudFormation calls it when the stack is made and whenever the code has changed, and waits for its answer.
/// </summary>
internal sealed partial class SchemaFunction(HttpClient http, AdministratorSecret administrator, ILogger<SchemaFunction> logger)
{
    private const string User = "imageapp";
    private const string IamAuthentication = "WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL";
    private const int LongestReason = 1000;

    // Enough to answer in: without one CloudFormation waits for an hour.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(15);

    /// <summary>Handles one request. It fails only where it cannot answer; what went wrong is in the answer.</summary>
    public async Task HandleAsync(SchemaRequest request, ILambdaContext context)
    {
        string? failure = null;
        try
        {
            // The tables are the database's, and go or stay with it.
            if (request.RequestType != "Delete")
            {
                using var deadline = new CancellationTokenSource(context.RemainingTime - Margin);
                await ApplyAsync(request.ResourceProperties, deadline.Token);
            }
        }
        catch (Exception e)
        {
            LogFailed(logger, e, request.RequestType);
            failure = $"{e.GetType().Name}: {e.Message}";
        }

        await AnswerAsync(request, failure);
    }

    private async Task ApplyAsync(SchemaProperties properties, CancellationToken cancellationToken)
    {
        var (name, password) = await administrator.GetAsync(properties.Administrator, cancellationToken);
        var connection = new MySqlConnectionStringBuilder(properties.Database) { UserID = name, Password = password, Pooling = false };
        await using var database = new MySqlDataSource(connection.ConnectionString);
        await MakeUserAsync(database, connection.Database, properties.UserAuthentication ?? IamAuthentication, cancellationToken);
        await Task.Run(() => CatalogueMigrations.Apply(database, logger), cancellationToken).WaitAsync(cancellationToken);
    }

    // RDS User Guide, "Creating a database account using IAM authentication".
    private static async Task MakeUserAsync(
        MySqlDataSource database, string schema, string authentication, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        foreach (var statement in new[]
        {
            $"CREATE USER IF NOT EXISTS '{User}'@'%' IDENTIFIED {authentication}",
            $"GRANT ALL ON `{schema}`.* TO '{User}'@'%'",
        })
        {
            await using var command = new MySqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private async Task AnswerAsync(SchemaRequest request, string? failure)
    {
        var answer = new SchemaResponse(
            failure is null ? "SUCCESS" : "FAILED",
            failure?[..Math.Min(failure.Length, LongestReason)],
            request.PhysicalResourceId ?? "imageapp-schema",
            request.StackId,
            request.RequestId,
            request.LogicalResourceId);
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(answer, SchemaJson.Default.SchemaResponse));
        // The address is signed for a request without a content type.
        content.Headers.ContentType = null;
        using var response = await http.PutAsync(request.ResponseURL, content);
        response.EnsureSuccessStatusCode();
        LogAnswered(logger, request.RequestType, answer.Status);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{RequestType} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, string requestType);

    [LoggerMessage(Level = LogLevel.Information, Message = "{RequestType}: {Status}")]
    private static partial void LogAnswered(ILogger logger, string requestType, string status);
}
