using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.Json.Nodes;
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
        said() { [ -e "FOLDER/$1" ] && cat "FOLDER/$1" || printf '%s\n' "$2"; }
        case "$1 $2" in
          "s3api put-bucket-notification-configuration") ;;
          "cloudformation package" | sts* | s3* | configure*) [ -z "REAL" ] || exec "REAL" "$@" ;;
        esac
        printf '%s\n' "$*" >>FOLDER/calls
        if [ "$1 $2" = "$(said denied "")" ]; then
          echo "An error occurred (AccessDenied) when calling $2: not authorized" >&2
          exit 254
        fi
        case "$1 $2" in
          "sts get-caller-identity") printf '000000000000\tarn:aws:iam::000000000000:user/tester\n' ;;
          "s3api list-buckets") bucket=${4#*==\'}; said buckets "" | grep -x "${bucket%%\'*}" ;;
          "s3api head-bucket") said head "(404)" >&2; exit 254 ;;
          "s3api create-bucket") echo "$4" >>FOLDER/buckets ;;
          "cloudformation package") : >"${!#}" ;;
        esac
        case "$1 $2" in
          "cloudformation describe-stacks")
            [ -e FOLDER/stack ] || { echo "Stack with id $4 does not exist" >&2; exit 254; }
            case "$*" in
              *StackStatus*) cat FOLDER/stack ;;
              *Address*) echo http://gallery.example/ ;;
              *BucketName*) echo imageapp-000000000000-us-east-1 ;;
              *ParameterKey*) said parameters "" ;;
            esac ;;
          "cloudformation create-change-set")
            [ ! -e FOLDER/refused ] || { cat FOLDER/refused >&2; exit 254; }
            file=$(sed 's/.* --parameters file:\/\/\([^ ]*\) .*/\1/' <<<"$*")
            cp "$file" FOLDER/proposed.json ;;
          "cloudformation wait")
            case "$3" in
              change-set-create-complete) [ ! -e FOLDER/reason ] || exit 255 ;;
              *) [ ! -e FOLDER/failing ] || { cat FOLDER/failing >FOLDER/stack; exit 255; } ;;
            esac ;;
          "cloudformation execute-change-set")
            echo CREATE_COMPLETE >FOLDER/stack
            touch FOLDER/parameters
            cp FOLDER/parameters FOLDER/before
            sed -n 's/.*"ParameterKey":"\([^"]*\)","ParameterValue":"\(.*\)"}.*/\1\t\2/p' FOLDER/proposed.json >FOLDER/parameters
            for name in $(sed -n 's/.*"ParameterKey":"\([^"]*\)","UsePreviousValue".*/\1/p' FOLDER/proposed.json); do
              grep "^$name" FOLDER/before >>FOLDER/parameters
            done ;;
          "cloudformation delete-stack")
            [ ! -e FOLDER/failing ] || { cat FOLDER/failing >FOLDER/stack; exit 0; }
            rm -f FOLDER/stack ;;
          "cloudformation describe-stack-events")
            case "$*" in
              *--max-items*) said newest None ;;
              *) said "events-${4##*/}" "" ;;
            esac ;;
          "cloudformation list-stack-resources")
            case "$*" in *"=='Data'"*) echo imageapp-Data-1 ;; *"=='Database'"*) echo database-1 ;; esac ;;
          "cloudformation describe-change-set")
            case "$*" in
              *StatusReason*) [[ "$*" == *:changeSet/* ]] && said nested-reason "" || said reason "" ;;
              *"--query ChangeSetId "*) echo arn:root ;;
              *"ChangeSetId[]"*) [[ "$*" == *arn:root* ]] && echo arn:nested ;;
              *arn:nested*) said changes "Modify	LaunchTemplate	AWS::EC2::LaunchTemplate	False" ;;
              *) echo "Modify	Web	AWS::CloudFormation::Stack	False" ;;
            esac ;;
          "lambda get-account-settings") said concurrency "1000	1000" ;;
          "lambda get-function") [ -e "FOLDER/function-$4" ] || { echo ResourceNotFoundException >&2; exit 254; } ;;
          "secretsmanager describe-secret") [ -e "FOLDER/secret-$4" ] || { echo ResourceNotFoundException >&2; exit 254; } ;;
          "freetier get-account-plan-state") said plan PAID ;;
          "service-quotas get-service-quota") said "quota-$6" 32.0 ;;
          "ec2 describe-instance-types") echo 2 ;;
          "ec2 describe-addresses" | "ec2 describe-vpcs") echo 1 ;;
          "logs describe-log-groups") said "groups" "" ;;
          "logs delete-log-group") rm -f FOLDER/groups ;;
          "rds describe-db-snapshots") said snapshots "" ;;
          "rds delete-db-snapshot") rm -f FOLDER/snapshots ;;
          "rds modify-db-instance") [ ! -e FOLDER/database-gone ] || { echo "An error occurred (DBInstanceNotFound)" >&2; exit 254; } ;;
        esac
        exit 0
        """;

    private readonly string _folder;

    private readonly LocalAwsInstance? _aws;

    private AwsAccount(LocalAwsInstance? aws, string folder)
    {
        _aws = aws;
        _folder = folder;
    }

    /// <summary>The buckets, where the CLI is the real one.</summary>
    public AmazonS3Client S3 => _aws!.S3;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>What was asked of services that local AWS has not.</summary>
    public string[] Calls => File.Exists(Path.Combine(_folder, "calls")) ? File.ReadAllLines(Path.Combine(_folder, "calls")) : [];

    /// <summary>Opens one.</summary>
    /// <param name="real">
    /// Whether the CLI is the real one as far as local AWS goes; otherwise it only keeps what it is asked, which takes no time.
    /// </param>
    /// <param name="signIn">Whether a first deployment is given what people sign in by.</param>
    public static async Task<AwsAccount> OpenAsync(bool real = false, bool signIn = true)
    {
        var folder = Directory.CreateTempSubdirectory("imageapp-deploy-").FullName;
        var program = real
            ? (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(path => Path.Combine(path, "aws")).First(File.Exists)
            : "";
        var command = Path.Combine(folder, "aws");
        await File.WriteAllTextAsync(
            command,
            Recorder.Replace("REAL", program, StringComparison.Ordinal).Replace("FOLDER", folder, StringComparison.Ordinal),
            Cancel
        );
        File.SetUnixFileMode(command, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new AwsAccount(real ? await LocalAwsInstance.StartAsync(_ => { }) : null, folder) { HasSignIn = signIn };
    }

    /// <summary>The parameters of the last change set, by name; null where the stack's value is kept.</summary>
    public Dictionary<string, string?> Proposed =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "proposed.json")))!
            .AsArray()
            .ToDictionary(entry => (string)entry!["ParameterKey"]!, entry => (string?)entry!["ParameterValue"]);

    /// <summary>The stack's parameters, by name.</summary>
    public Dictionary<string, string> Parameters =>
        File.ReadAllLines(Path.Combine(_folder, "parameters"))
            .Select(line => line.Split('\t', 2))
            .Where(pair => pair.Length == 2)
            .ToDictionary(pair => pair[0], pair => pair[1]);

    /// <summary>Whether a first deployment is given what people sign in by.</summary>
    public bool HasSignIn { get; init; } = true;

    /// <summary>Says that a stack is there already.</summary>
    public void HasStack(string status = "CREATE_COMPLETE") => Says("stack", status);

    /// <summary>Says what the account answers to a question.</summary>
    /// <param name="question">The name of the answer in the recording command.</param>
    /// <param name="answer">The answer.</param>
    public void Says(string question, string answer) => File.WriteAllText(Path.Combine(_folder, question), answer + "\n");

    /// <summary>Takes back what the account was said to answer.</summary>
    public void Forgets(string question) => File.Delete(Path.Combine(_folder, question));

    public async Task<(int ExitCode, string Output)> RunAsync(string command, params string[] arguments)
    {
        // What every first deployment needs; a test that is about it gives its own.
        if (command == "deploy" && HasSignIn && !File.Exists(Path.Combine(_folder, "stack")))
        {
            arguments =
            [
                "--parameter", "CertificateArn=arn:aws:acm:us-east-1:000000000000:certificate/1",
                "--parameter", "DomainName=gallery.example", "--parameter", "OwnerEmail=owner@example.com", .. arguments,
            ];
        }

        var start = new ProcessStartInfo(Path.Combine(RepositoryRoot.Path, "deploy", command), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = _folder,
        };
        start.Environment["PATH"] = $"{_folder}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["HOME"] = _folder;
        start.Environment["AWS_REGION"] = "us-east-1";
        if (_aws is not null)
        {
            start.Environment["AWS_ENDPOINT_URL"] = _aws.Server.Endpoint.ToString().TrimEnd('/');
            start.Environment["AWS_ACCESS_KEY_ID"] = _aws.Options.AccessKeyId;
            start.Environment["AWS_SECRET_ACCESS_KEY"] = _aws.Options.SecretAccessKey;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(Cancel);
        var error = process.StandardError.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel).WaitAsync(TimeSpan.FromMinutes(2), Cancel);
        return (process.ExitCode, await output + await error);
    }

    public async ValueTask DisposeAsync()
    {
        if (_aws is not null)
        {
            await _aws.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }
}
