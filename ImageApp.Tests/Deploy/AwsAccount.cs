using System.Diagnostics;
using System.Runtime.Versioning;
using Amazon.Runtime;
using Amazon.S3;

namespace ImageApp.Tests.Deploy;

/// <summary>
/// An account for the deploy commands: the real AWS CLI on local AWS, but for what local AWS has not, stacks of EC2 and RDS. Those calls
/// are kept, and answered as CloudFormation
/// would while all goes well.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class AwsAccount : IAsyncDisposable
{
    private const string Recorder = """
        #!/usr/bin/env bash
        case "$1 $2" in
          "cloudformation package" | sts* | s3* | configure*) exec REAL "$@" ;;
        esac
        printf '%s\n' "$*" >>FOLDER/calls
        case "$1 $2" in
          "cloudformation describe-stacks")
            [ -e FOLDER/stack ] || { echo "Stack with id $4 does not exist" >&2; exit 254; }
            case "$*" in
              *StackStatus*) echo CREATE_COMPLETE ;;
              *Address*) echo http://gallery.example/ ;;
              *BucketName*) echo pictures ;;
              *ParameterKey*) echo CodeBucket WebCodeKey AlarmEmail ;;
            esac ;;
          "cloudformation deploy") touch FOLDER/stack ;;
          "cloudformation delete-stack") rm -f FOLDER/stack ;;
          "cloudformation list-stack-resources") case "$*" in *"=='Data'"*) echo imageapp-Data-1 ;; *"=='Database'"*) echo database-1 ;; esac ;;
          "cloudformation describe-change-set")
            case "$*" in
              *"--query ChangeSetId "*) echo arn:root ;;
              *"ChangeSetId[]"*) [[ "$*" == *arn:root* ]] && echo arn:nested ;;
              *arn:nested*) echo "Modify LaunchTemplate AWS::EC2::LaunchTemplate False" ;;
              *) echo "Modify Web AWS::CloudFormation::Stack False" ;;
            esac ;;
          "rds describe-db-snapshots") echo snapshot-1 ;;
        esac
        exit 0
        """;

    private readonly string _folder;

    private AwsAccount(LocalAwsInstance aws, string folder)
    {
        Aws = aws;
        _folder = folder;
        S3 = new AmazonS3Client(
            new BasicAWSCredentials(aws.Options.AccessKeyId, aws.Options.SecretAccessKey),
            new AmazonS3Config
            {
                ServiceURL = aws.Server.Endpoint.ToString(),
                AuthenticationRegion = aws.Options.Region,
                ForcePathStyle = true,
            }
        );
    }

    public LocalAwsInstance Aws { get; }

    public AmazonS3Client S3 { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>What was asked of services that local AWS has not.</summary>
    public string[] Calls => File.Exists(Path.Combine(_folder, "calls")) ? File.ReadAllLines(Path.Combine(_folder, "calls")) : [];

    public static async Task<AwsAccount> OpenAsync()
    {
        var folder = Directory.CreateTempSubdirectory("imageapp-deploy-").FullName;
        var real = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':')
            .Select(path => Path.Combine(path, "aws"))
            .First(File.Exists);
        var command = Path.Combine(folder, "aws");
        await File.WriteAllTextAsync(
            command,
            Recorder.Replace("REAL", real, StringComparison.Ordinal).Replace("FOLDER", folder, StringComparison.Ordinal),
            Cancel
        );
        File.SetUnixFileMode(command, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new AwsAccount(await LocalAwsInstance.StartAsync(_ => { }), folder);
    }

    /// <summary>Says that a stack is there already.</summary>
    public void HasStack() => File.WriteAllText(Path.Combine(_folder, "stack"), "");

    public async Task<(int ExitCode, string Output)> RunAsync(string command, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(RepositoryRoot.Path, "deploy", command), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = _folder,
        };
        start.Environment["PATH"] = $"{_folder}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["HOME"] = _folder;
        start.Environment["AWS_ENDPOINT_URL"] = Aws.Server.Endpoint.ToString().TrimEnd('/');
        start.Environment["AWS_REGION"] = Aws.Options.Region;
        start.Environment["AWS_ACCESS_KEY_ID"] = Aws.Options.AccessKeyId;
        start.Environment["AWS_SECRET_ACCESS_KEY"] = Aws.Options.SecretAccessKey;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(Cancel);
        var error = process.StandardError.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel).WaitAsync(TimeSpan.FromMinutes(2), Cancel);
        return (process.ExitCode, await output + await error);
    }

    public async ValueTask DisposeAsync()
    {
        S3.Dispose();
        await Aws.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
