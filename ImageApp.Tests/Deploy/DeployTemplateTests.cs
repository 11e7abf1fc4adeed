using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;

namespace ImageApp.Tests.Deploy;

/// <summary>What the templates for AWS promise; breaking a template breaks the test that names the promise.</summary>
public sealed class DeployTemplateTests
{
    public static TheoryData<string> Names => [.. DeployTemplate.Names];

    [Fact]
    public async Task Awss_own_validator_finds_no_error()
    {
        using var process = Process.Start(
            new ProcessStartInfo("node", [Path.Combine(RepositoryRoot.Path, "deploy", "validate.mjs")]) { RedirectStandardOutput = true }
        )!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(
            process.ExitCode == 0,
            string.Join('\n', output.Split('\n').Where(line => !line.Contains("[INFO]", StringComparison.Ordinal)))
        );
        Assert.Contains($"{DeployTemplate.Names.Count()} templates, 0 errors", output);
    }

    [Fact]
    public async Task What_cdk_nag_and_guard_find_is_listed_with_its_reason_and_a_new_finding_is_not()
    {
        var (exit, output) = await FindingsAsync();
        Assert.True(exit == 0, output);
        var folder = Directory.CreateTempSubdirectory("imageapp-findings-").FullName;
        try
        {
            var open = Path.Combine(folder, "open.yaml");
            await File.WriteAllTextAsync(
                open,
                """
                Resources:
                  Open:
                    Type: AWS::EC2::SecurityGroup
                    Properties:
                      GroupDescription: Open
                      SecurityGroupIngress: [{ IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0 }]
                  Plain:
                    Type: AWS::RDS::DBInstance
                    Properties: { Engine: mysql, DBInstanceClass: db.t3.micro, StorageEncrypted: false }
                """,
                TestContext.Current.CancellationToken
            );
            (exit, output) = await FindingsAsync(open);
            Assert.Equal(1, exit);
            Assert.Contains("not listed: open.yaml Open AwsSolutions-EC23", output);
            Assert.Contains("not listed: open.yaml Plain CT.RDS.PR", output);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        static async Task<(int, string)> FindingsAsync(params string[] templates)
        {
            using var process = Process.Start(
                new ProcessStartInfo("node", [Path.Combine(RepositoryRoot.Path, "deploy", "findings.mjs"), .. templates])
                {
                    RedirectStandardOutput = true,
                }
            )!;
            var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (process.ExitCode, output);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_reference_resolves_and_there_is_no_cycle(string name)
    {
        var template = DeployTemplate.Load(name);
        var parameters = template.Root["Parameters"] as JsonObject ?? [];
        var conditions = template.Root["Conditions"] as JsonObject ?? [];
        var edges = new Dictionary<string, HashSet<string>>();
        foreach (var (id, resource) in template.Resources)
        {
            edges[id] = [];
            foreach (var (kind, target) in DeployTemplate.References(resource!["Properties"]).Concat(DependsOn(resource!)))
            {
                var root = target.Split('.')[0];
                Assert.True(
                    kind == "Condition"
                        ? conditions.ContainsKey(root)
                        : template.Resources.ContainsKey(root)
                            || (kind == "Ref" && (parameters.ContainsKey(root) || root.StartsWith("AWS::", StringComparison.Ordinal))),
                    $"{name}: {id} refers to {target}, which does not exist."
                );
                if (template.Resources.ContainsKey(root))
                {
                    edges[id].Add(root);
                }
            }

            if (resource!["Condition"] is { } condition)
            {
                Assert.True(
                    conditions.ContainsKey((string)condition!),
                    $"{name}: {id} has the condition {condition}, which does not exist."
                );
            }
        }

        var done = new HashSet<string>();
        foreach (var id in edges.Keys)
        {
            Visit(id, []);
        }

        void Visit(string id, HashSet<string> path)
        {
            Assert.True(path.Add(id), $"{name}: {string.Join(" -> ", path)} -> {id} is a cycle.");
            if (done.Add(id))
            {
                foreach (var next in edges[id])
                {
                    Visit(next, [.. path]);
                }
            }
        }
    }

    [Fact]
    public void The_root_gives_each_nested_stack_exactly_what_it_asks_for_and_reads_only_outputs_there_are()
    {
        var root = DeployTemplate.Load("root.yaml");
        foreach (var (id, properties) in root.OfType("AWS::CloudFormation::Stack"))
        {
            var nested = DeployTemplate.Load(Path.GetFileName((string)properties["TemplateURL"]!));
            var parameters = nested.Root["Parameters"]!.AsObject();
            var given = properties["Parameters"]!.AsObject().Select(parameter => parameter.Key).ToList();
            Assert.Empty(given.Except(parameters.Select(parameter => parameter.Key)));
            Assert.Empty(
                parameters.Where(parameter => parameter.Value!["Default"] is null).Select(parameter => parameter.Key).Except(given)
            );
            foreach (
                var (_, target) in root
                    .Resources.SelectMany(resource => DeployTemplate.References(resource.Value!["Properties"]))
                    .Where(reference => reference.Kind == "GetAtt" && reference.Name.StartsWith(id + ".Outputs.", StringComparison.Ordinal))
            )
            {
                Assert.True(
                    nested.Root["Outputs"]!.AsObject().ContainsKey(target.Split('.')[2]),
                    $"{target} is no output of {nested.Name}"
                );
            }
        }
    }

    [Fact]
    public void Only_the_load_balancer_is_open_to_the_world_and_only_on_its_own_ports()
    {
        var network = DeployTemplate.Load("network.yaml");
        foreach (var (id, group) in network.OfType("AWS::EC2::SecurityGroup"))
        {
            foreach (
                var rule in Rules(group["SecurityGroupIngress"])
                    .Where(rule => rule["CidrIp"] is JsonValue range && (string?)range == "0.0.0.0/0")
            )
            {
                Assert.Equal("BalancerGroup", id);
                Assert.Contains((long)rule["FromPort"]!, new long[] { 80, 443 });
                Assert.Equal((long)rule["FromPort"]!, (long)rule["ToPort"]!);
            }

            Assert.NotEmpty(Rules(group["SecurityGroupEgress"]));
            Assert.DoesNotContain(Rules(group["SecurityGroupEgress"]), rule => (string?)rule["IpProtocol"] == "-1");
        }

        var between = network
            .OfType("AWS::EC2::SecurityGroupIngress")
            .Select(rule =>
                (
                    (string)rule.Properties["GroupId"]!["Ref"]!,
                    (long)rule.Properties["FromPort"]!,
                    (string)rule.Properties["SourceSecurityGroupId"]!["Ref"]!
                )
            )
            .Order()
            .ToList();
        Assert.Equal(
            [
                ("DatabaseGroup", 3306L, "BastionGroup"),
                ("DatabaseGroup", 3306L, "FunctionGroup"),
                ("DatabaseGroup", 3306L, "WebGroup"),
                ("WebGroup", 22L, "BastionGroup"),
                ("WebGroup", 5000L, "BalancerGroup"),
            ],
            between
        );
        Assert.Equal("HasBastion", (string?)network.Resources["Bastion"]!["Condition"]);
    }

    [Fact]
    public void The_subnets_are_where_the_documented_deployment_has_them()
    {
        var subnets = DeployTemplate
            .Load("network.yaml")
            .OfType("AWS::EC2::Subnet")
            .ToDictionary(subnet => subnet.Id, subnet => (string)subnet.Properties["CidrBlock"]!);
        Assert.Equal("10.0.128.0/20", subnets["PrivateSubnetA"]);
        Assert.Equal("10.0.144.0/20", subnets["PrivateSubnetB"]);
        Assert.Equal(4, subnets.Count);
    }

    [Fact]
    public void The_database_is_private_encrypted_backed_up_and_entered_by_token()
    {
        var database = DeployTemplate.Load("data.yaml").Only("AWS::RDS::DBInstance");
        Assert.False((bool)database["PubliclyAccessible"]!);
        Assert.True((bool)database["StorageEncrypted"]!);
        Assert.True((bool)database["EnableIAMDatabaseAuthentication"]!);
        Assert.True((bool)database["ManageMasterUserPassword"]!);
        Assert.False(database.ContainsKey("MasterUserPassword"));
        Assert.True((long)DeployTemplate.Load("data.yaml").Root["Parameters"]!["BackupRetentionDays"]!["Default"]! >= 7);
        Assert.Equal(
            "1",
            (string)DeployTemplate.Load("data.yaml").Only("AWS::RDS::DBParameterGroup")["Parameters"]!["require_secure_transport"]!
        );
    }

    [Fact]
    public void No_secret_is_in_a_template_user_data_or_environment()
    {
        foreach (var name in DeployTemplate.Names)
        {
            var text = DeployTemplate.Load(name).Root.ToJsonString();
            Assert.DoesNotContain("Password=", text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("{{resolve:", text);
            Assert.DoesNotContain("Captioning__ApiKey\"", text);
        }

        Assert.Contains(
            "imageapp",
            (string)
                DeployTemplate.Load("functions.yaml").Resources["CaptionFunction"]!["Properties"]!["Environment"]!["Variables"]![
                    "ConnectionStrings__imagedb"
                ]!["Fn::Sub"]!
        );
    }

    [Fact]
    public void No_role_may_do_anything_on_everything()
    {
        foreach (var name in DeployTemplate.Names)
        {
            foreach (var (id, role) in DeployTemplate.Load(name).OfType("AWS::IAM::Role"))
            {
                foreach (
                    var statement in role["Policies"]!.AsArray().SelectMany(policy => Statements(policy!["PolicyDocument"]!["Statement"]!))
                )
                {
                    var actions = statement["Action"] is JsonArray list
                        ? list.Select(action => (string)action!)
                        : [(string)statement["Action"]!];
                    Assert.DoesNotContain(actions, action => action.Contains('*', StringComparison.Ordinal));

                    // Neither X-Ray's actions nor the look at a target's health know an ARN (Service Authorization Reference).
                    Assert.True(
                        statement["Resource"] is not JsonValue value
                            || (string?)value != "*"
                            || actions.All(action =>
                                action.StartsWith("xray:", StringComparison.Ordinal)
                                || action == "elasticloadbalancing:DescribeTargetHealth"
                            ),
                        $"{name}: {id} {statement["Sid"]}"
                    );
                }
            }
        }
    }

    [Fact]
    public void The_workflow_deploys_with_a_role_for_its_repository_and_environment_only()
    {
        var role = DeployTemplate.Load("github.yaml").Only("AWS::IAM::Role");
        var trust = role["AssumeRolePolicyDocument"]!["Statement"]!.AsArray().Single()!;
        Assert.Equal("sts:AssumeRoleWithWebIdentity", (string)trust["Action"]!);
        Assert.Equal(
            "repo:${Repository}:environment:${Environment}",
            (string)trust["Condition"]!["StringEquals"]!["token.actions.githubusercontent.com:sub"]!["Fn::Sub"]!
        );
        // Only what the nested stack Roles makes, which its own name does not fit, and nothing without the boundary.
        Assert.Equal("DeployRole", DeployTemplate.Load("github.yaml").OfType("AWS::IAM::Role").Single().Id);
        var statements = role["Policies"]!.AsArray().SelectMany(policy => Statements(policy!["PolicyDocument"]!["Statement"]!)).ToList();
        var allowed = statements.Where(statement => (string)statement["Effect"]! == "Allow").ToList();
        Assert.All(
            allowed.Select(statement => (string)statement["Resource"]!["Fn::Sub"]!),
            resource => Assert.EndsWith("/${StackName}-Roles-*", resource)
        );
        foreach (var action in new[] { "iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:PutRolePermissionsBoundary" })
        {
            Assert.All(
                allowed.Where(statement => Actions(statement).Contains(action)),
                statement => Assert.Equal("Boundary", (string)statement["Condition"]!["StringEquals"]!["iam:PermissionsBoundary"]!["Ref"]!)
            );
        }

        foreach (
            var action in new[]
            {
                "iam:DeleteRolePermissionsBoundary",
                "iam:UpdateAssumeRolePolicy",
                "iam:CreatePolicyVersion",
                "iam:SetDefaultPolicyVersion",
            }
        )
        {
            Assert.DoesNotContain(allowed, statement => Actions(statement).Contains(action));
        }

        Assert.Equal("Deny", (string)statements.Single(statement => Actions(statement).Contains("cloudformation:UpdateStack"))["Effect"]!);

        // What the boundary leaves is enough for every role of the stack.
        var boundary = Statements(DeployTemplate.Load("github.yaml").Only("AWS::IAM::ManagedPolicy")["PolicyDocument"]!["Statement"]!)
            .SelectMany(Actions)
            .ToHashSet();
        foreach (var (_, made) in DeployTemplate.Load("roles.yaml").OfType("AWS::IAM::Role"))
        {
            Assert.Equal("PermissionsBoundary", (string)made["PermissionsBoundary"]!["Fn::If"]![1]!["Ref"]!);
            Assert.Empty(
                made["Policies"]!
                    .AsArray()
                    .SelectMany(policy => Statements(policy!["PolicyDocument"]!["Statement"]!))
                    .SelectMany(Actions)
                    .Except(boundary)
            );
        }

        var yaml = new YamlDotNet.RepresentationModel.YamlStream();
        using var reader = new StreamReader(Path.Combine(RepositoryRoot.Path, ".github", "workflows", "main.yml"));
        yaml.Load(reader);
        var text = yaml.Documents[0].RootNode.ToString();
        Assert.Contains("role-to-assume", text);
        Assert.DoesNotContain("aws-access-key-id", text);
        Assert.DoesNotContain("secrets.", text);
        Assert.Contains("PermissionsBoundary=$BOUNDARY", text);
    }

    [Theory]
    [InlineData(
        "CaptionRole",
        "rds-db:connect s3:GetObject s3:ListBucket sqs:SendMessage ssm:GetParameter xray:PutTelemetryRecords xray:PutTraceSegments"
    )]
    [InlineData(
        "ThumbnailRole",
        "rds-db:connect s3:DeleteObject s3:GetObject s3:ListBucket s3:PutObject sqs:SendMessage "
            + "xray:PutTelemetryRecords xray:PutTraceSegments"
    )]
    [InlineData("SchemaRole", "secretsmanager:GetSecretValue")]
    [InlineData(
        "WebRole",
        "elasticloadbalancing:DescribeTargetHealth logs:CreateLogStream logs:DescribeLogStreams logs:PutLogEvents rds-db:connect "
            + "s3:DeleteObject s3:GetObject s3:ListBucket s3:PutObject secretsmanager:GetSecretValue "
            + "sqs:ChangeMessageVisibility sqs:DeleteMessage sqs:GetQueueAttributes sqs:ReceiveMessage ssm:GetParameter "
            + "xray:GetSamplingRules xray:GetSamplingTargets xray:PutTelemetryRecords xray:PutTraceSegments"
    )]
    public void Each_program_may_do_exactly_its_own_work(string role, string actions) =>
        Assert.Equal(
            actions.Split(' '),
            DeployTemplate.Load("roles.yaml").Resources[role]!["Properties"]!["Policies"]!
                .AsArray()
                .SelectMany(policy => Statements(policy!["PolicyDocument"]!["Statement"]!))
                .SelectMany(Actions)
                .Distinct()
                .Order(StringComparer.Ordinal)
        );

    [Fact]
    public void The_functions_are_as_documented_and_reserve_only_what_can_be_had()
    {
        var functions = DeployTemplate.Load("functions.yaml");
        foreach (var (_, function) in functions.OfType("AWS::Lambda::Function"))
        {
            Assert.Equal(512, (long)function["MemorySize"]!);
            Assert.Equal(300, (long)function["Timeout"]!);
            Assert.Equal("provided.al2023", (string)function["Runtime"]!);
            Assert.Equal(["IsReserved", "Concurrency", "AWS::NoValue"], Choice(function["ReservedConcurrentExecutions"]!));
        }

        Assert.Equal(0, (long)functions.Root["Parameters"]!["Concurrency"]!["MinValue"]!);
        Assert.Equal(0, (long)DeployTemplate.Load("root.yaml").Root["Parameters"]!["FunctionConcurrency"]!["MinValue"]!);
    }

    [Fact]
    public void Both_functions_have_the_layer_of_native_libraries_and_its_version_follows_its_content()
    {
        var functions = DeployTemplate.Load("functions.yaml");
        var (id, layer) = functions.OfType("AWS::Lambda::LayerVersion").Single();
        Assert.Equal("LayerCodeKey", (string)layer["Content"]!["S3Key"]!["Ref"]!);
        Assert.Equal("Architecture", (string)layer["CompatibleArchitectures"]!.AsArray().Single()!["Ref"]!);
        Assert.Equal("provided.al2023", (string)layer["CompatibleRuntimes"]!.AsArray().Single()!);
        foreach (var (_, function) in functions.OfType("AWS::Lambda::Function"))
        {
            Assert.Equal(id, (string)function["Layers"]![0]!["Ref"]!);
            Assert.Equal("Architecture", (string)function["Architectures"]!.AsArray().Single()!["Ref"]!);

            // Where the layer's lib/ is looked for is Lambda's to say.
            Assert.False(function["Environment"]!["Variables"]!.AsObject().ContainsKey("LD_LIBRARY_PATH"));
        }
    }

    [Fact]
    public void Before_a_deployment_no_nested_stack_takes_a_placeholder_apart_or_compares_it()
    {
        // In a change set for a stack that is not there yet, what another stack will output is a placeholder.
        var root = DeployTemplate.Load("root.yaml");
        foreach (var (id, properties) in root.OfType("AWS::CloudFormation::Stack"))
        {
            var nested = DeployTemplate.Load(Path.GetFileName((string)properties["TemplateURL"]!));
            foreach (var (name, value) in properties["Parameters"]!.AsObject())
            {
                var text = value!.ToJsonString();
                if (!text.Contains(".Outputs.", StringComparison.Ordinal) && !text.Contains("\"Outputs.", StringComparison.Ordinal))
                {
                    continue;
                }

                Assert.DoesNotContain("Fn::Select", text);
                Assert.DoesNotContain("Fn::Split", text);
                var parameter = nested.Root["Parameters"]![name]!.AsObject();
                Assert.True(
                    (string)parameter["Type"]! is "String" or "CommaDelimitedList"
                        && !parameter.ContainsKey("AllowedPattern")
                        && !parameter.ContainsKey("AllowedValues"),
                    $"{id}: {name} is another stack's output, and {nested.Name} asks more of it than a placeholder is."
                );
                Assert.All(
                    Functions(nested.Root, "Fn::Select").Concat(Functions(nested.Root, "Fn::Split")),
                    function => Assert.DoesNotContain($"\"{name}\"", function.ToJsonString())
                );
            }
        }
    }

    [Fact]
    public void A_creation_that_fails_can_be_rolled_back_and_a_kept_database_is_made_again()
    {
        var data = DeployTemplate.Load("data.yaml");
        Assert.Equal("false", (string)data.Root["Parameters"]!["DeletionProtection"]!["Default"]!);
        Assert.Equal("false", (string)DeployTemplate.Load("root.yaml").Root["Parameters"]!["DeletionProtection"]!["Default"]!);
        var database = data.Only("AWS::RDS::DBInstance");
        Assert.Equal(["HasSnapshot", "SnapshotId", "AWS::NoValue"], Choice(database["DBSnapshotIdentifier"]!));

        // Both are in the snapshot, and refused beside one (RDS API Reference, RestoreDBInstanceFromDBSnapshot).
        Assert.Equal("HasSnapshot", Choice(database["DBName"]!)[0]);
        Assert.Equal("HasSnapshot", Choice(database["MasterUsername"]!)[0]);
        var events = DeployTemplate.Load("image-events.template");
        Assert.Equal("CreatesBucket", (string)events.Resources["ImageBucket"]!["Condition"]!);
        Assert.Equal("${BucketNamePrefix}-images", (string)events.Only("AWS::SNS::Topic")["TopicName"]!["Fn::Sub"]!);
    }

    [Fact]
    public void The_bucket_admits_the_programs_and_the_administrator_and_nobody_else()
    {
        var events = DeployTemplate.Load("image-events.template");
        var statement = Statements(events.Only("AWS::S3::BucketPolicy")["PolicyDocument"]!["Statement"]!)
            .Single(statement => (string)statement["Sid"]! == "DenyEverybodyElse");
        Assert.Equal("Deny", (string)statement["Effect"]!);
        Assert.Equal("Admitted", (string)statement["Condition"]!["ArnNotEquals"]!["aws:PrincipalArn"]!["Ref"]!);

        // The bucket's own settings stay with whoever deploys: nobody can be locked out of them.
        Assert.DoesNotContain(Actions(statement), action => action is "s3:*" or "s3:PutBucket*" or "s3:Delete*");
        var admitted = DeployTemplate.Load("root.yaml").Resources["Events"]!["Properties"]!["Parameters"]!["Admitted"]!["Fn::Join"]![1]!;
        Assert.Equal(
            ["Roles.Outputs.WebRoleArn", "Roles.Outputs.CaptionRoleArn", "Roles.Outputs.ThumbnailRoleArn", "AdministratorArn"],
            admitted
                .AsArray()
                .SelectMany(DeployTemplate.References)
                .Where(reference => reference.Kind != "Condition" && reference.Name != "AWS::NoValue")
                .Select(reference => reference.Name)
        );
    }

    [Fact]
    public void The_schema_is_ready_before_whatever_uses_the_database_changes()
    {
        var root = DeployTemplate.Load("root.yaml");
        Assert.Equal("Schema", (string)root.Resources["Functions"]!["DependsOn"]!);
        Assert.Equal("Schema", (string)root.Resources["Web"]!["DependsOn"]!);

        // The code's key is a property: other code runs again.
        Assert.Equal("SchemaCodeKey", (string)DeployTemplate.Load("schema.yaml").Only("Custom::Schema")["Code"]!["Ref"]!);
    }

    [Fact]
    public void Every_connection_verifies_the_database_by_the_certificates_that_are_shipped()
    {
        Assert.All(Connections(), connection => Assert.Contains("SslMode=VerifyFull;SslCa=", connection));
        Assert.Equal(4, Connections().Count());
        var certificates = new System.Security.Cryptography.X509Certificates.X509Certificate2Collection();
        certificates.ImportFromPemFile(Path.Combine(RepositoryRoot.Path, "deploy", "rds-ca.pem"));
        Assert.All(certificates, certificate => Assert.Contains("CN=Amazon RDS ", certificate.Subject));
        var subjects = string.Join('\n', certificates.Select(certificate => certificate.Subject));
        Assert.Contains("us-east-1 Root CA RSA2048 G1", subjects);
        Assert.Contains("eu-central-1 Root CA ECC384 G1", subjects);

        static IEnumerable<string> Connections() =>
            new[] { "web.yaml", "functions.yaml", "schema.yaml" }
                .Select(name => DeployTemplate.Load(name).Root.ToJsonString())
                .SelectMany(text => System.Text.RegularExpressions.Regex.Matches(text, "Server=[^\"\\\\]*").Select(match => match.Value));
    }

    [Fact]
    public void The_web_app_closes_no_connection_before_the_load_balancer_does()
    {
        var idle = DeployTemplate
            .Load("web.yaml")
            .Only("AWS::ElasticLoadBalancingV2::LoadBalancer")["LoadBalancerAttributes"]!
            .AsArray()
            .Single(attribute => (string)attribute!["Key"]! == "idle_timeout.timeout_seconds")!;
        var builder = Microsoft.AspNetCore.Builder.WebApplication.CreateBuilder(
            ["--ConnectionStrings:imagedb=Server=127.0.0.1;User ID=root", "--AWS:Resources:BucketName=pictures"]
        );
        Web.Hosting.HostingServices.AddHosting(builder);
        using var services = builder.Services.BuildServiceProvider();
        var kestrel = services
            .GetRequiredService<Microsoft.Extensions.Options.IOptions<Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions>>()
            .Value;
        Assert.True(
            kestrel.Limits.KeepAliveTimeout
                > TimeSpan.FromSeconds(int.Parse((string)idle["Value"]!, System.Globalization.CultureInfo.InvariantCulture))
        );
    }

    [Fact]
    public void Page_views_are_sampled_so_that_traces_cost_less_than_the_rest()
    {
        var ratio = double.Parse(
            (string)DeployTemplate.Load("root.yaml").Root["Parameters"]!["TraceRatio"]!["Default"]!,
            System.Globalization.CultureInfo.InvariantCulture
        );
        // The documented load's 250 pages/s for a month, at X-Ray's USD 5 a million.
        Assert.InRange(250 * 86400 * 30.4 * ratio / 1e6 * 5, 0, 40);
        var start = (string)
            DeployTemplate.Load("web.yaml").Only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]!["UserData"]!["Fn::Base64"]!["Fn::Sub"]!;
        Assert.Contains("OTEL_TRACES_SAMPLER=parentbased_traceidratio", start);
        Assert.Contains("OTEL_TRACES_SAMPLER_ARG=${TraceRatio}", start);
    }

    [Fact]
    public void The_smallest_database_has_room_for_IAM_authentication_beside_its_buffers()
    {
        const double Mebibytes = 1024;
        var parameters = DeployTemplate.Load("data.yaml").Only("AWS::RDS::DBParameterGroup")["Parameters"]!;
        var share = System.Text.RegularExpressions.Regex.Match(
            (string)parameters["innodb_buffer_pool_size"]!,
            @"^\{DBInstanceClassMemory/(\d+)\}$"
        );
        var buffers = Mebibytes / int.Parse(share.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);

        // MySQL without its pool and with 60 connections takes some 300 MiB (docs/capacity.md); IAM authentication wants 300 at least.
        Assert.True(Mebibytes - buffers - 300 >= 300, $"{buffers} MiB of buffers");
        Assert.Equal(("1", "FILE"), ((string)parameters["slow_query_log"]!, (string)parameters["log_output"]!));

        // A claim is held as long as a function may run; what is quiet for longer is dead.
        Assert.InRange(long.Parse((string)parameters["wait_timeout"]!, System.Globalization.CultureInfo.InvariantCulture), 301, 900);
        var database = DeployTemplate.Load("data.yaml").Only("AWS::RDS::DBInstance");
        Assert.All(
            ["MaxAllocatedStorage", "PreferredBackupWindow", "PreferredMaintenanceWindow"],
            name => Assert.True(database.ContainsKey(name))
        );
    }

    [Fact]
    public void The_group_keeps_its_size_over_an_update_is_measured_by_the_minute_and_can_be_one_instance()
    {
        var web = DeployTemplate.Load("web.yaml");
        Assert.False(web.Only("AWS::AutoScaling::AutoScalingGroup").ContainsKey("DesiredCapacity"));
        Assert.True((bool)web.Only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]!["Monitoring"]!["Enabled"]!);
        var least = web.Resources["Group"]!["UpdatePolicy"]!["AutoScalingRollingUpdate"]!["MinInstancesInService"]!["Fn::If"]!;
        Assert.Equal(("IsSingle", 0L, 1L), ((string)least[0]!, (long)least[1]!, (long)least[2]!));

        // Instances of the image's architecture (AWS's names: a g after the generation's number is Graviton's).
        foreach (var line in File.ReadLines(Path.Combine(RepositoryRoot.Path, "docs", "capacity.md")))
        {
            Assert.DoesNotMatch(@"(?<!db\.)\b[a-z]+[0-9]+g[a-z]*\.[0-9a-z]*(nano|micro|small|medium|large)\b", line);
        }
    }

    [Fact]
    public void The_bastion_does_what_the_documented_one_did_from_one_address_and_with_a_key()
    {
        var network = DeployTemplate.Load("network.yaml");
        Assert.Matches((string)network.Root["Parameters"]!["AdministratorCidr"]!["AllowedPattern"]!, "203.0.113.7/32");
        Assert.DoesNotMatch((string)network.Root["Parameters"]!["AdministratorCidr"]!["AllowedPattern"]!, "203.0.113.0/24");
        var group = network.Resources["BastionGroup"]!["Properties"]!;
        Assert.Equal([22L, 80L, 443L, 3306L], Rules(group["SecurityGroupEgress"]).Select(rule => (long)rule["FromPort"]!).Order());
        Assert.True(network.Root["Rules"]!.AsObject().ContainsKey("BastionNeedsKey"));
        Assert.True(DeployTemplate.Load("root.yaml").Root["Rules"]!.AsObject().ContainsKey("BastionNeedsKey"));
        var instance = DeployTemplate.Load("web.yaml").Only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]!;
        Assert.Equal("HasKey", Choice(instance["KeyName"]!)[0]);

        // Session Manager without it.
        Assert.Contains(
            "AmazonSSMManagedInstanceCore",
            DeployTemplate.Load("roles.yaml").Resources["WebRole"]!["Properties"]!["ManagedPolicyArns"]!.ToJsonString()
        );
    }

    [Fact]
    public void With_a_certificate_the_printed_address_is_its_name_and_browsers_keep_to_HTTPS()
    {
        var web = DeployTemplate.Load("web.yaml");
        Assert.Equal("https://${DomainName}/", (string)web.Root["Outputs"]!["Address"]!["Value"]!["Fn::If"]![1]!["Fn::Sub"]!);
        Assert.True(DeployTemplate.Load("root.yaml").Root["Rules"]!.AsObject().ContainsKey("CertificateNeedsName"));
        Assert.Equal("A", (string)web.Only("AWS::Route53::RecordSet")["Type"]!);
        Assert.Contains("strict_transport_security", web.Resources["HttpsListener"]!["Properties"]!["ListenerAttributes"]!.ToJsonString());
        Assert.DoesNotContain("strict_transport_security", web.Resources["HttpListener"]!.ToJsonString());
    }

    [Fact]
    public void A_total_outage_is_told_though_nothing_is_measured_then()
    {
        var watch = DeployTemplate.Load("watch.yaml");
        var alarms = watch.OfType("AWS::CloudWatch::Alarm").ToDictionary(alarm => alarm.Id, alarm => alarm.Properties);
        Assert.Equal(
            ("HealthyHostCount", "LessThanThreshold", 1L, "breaching"),
            (
                (string)alarms["NoHealthyHost"]["MetricName"]!,
                (string)alarms["NoHealthyHost"]["ComparisonOperator"]!,
                (long)alarms["NoHealthyHost"]["Threshold"]!,
                (string)alarms["NoHealthyHost"]["TreatMissingData"]!
            )
        );
        Assert.Superset(
            new HashSet<string>
            {
                "AsyncEventAge",
                "ApproximateAgeOfOldestMessage",
                "CPUCreditBalance",
                "CPUUtilization",
                "FreeableMemory",
                "HTTPCode_ELB_5XX_Count",
            },
            alarms.Values.Select(alarm => (string)alarm["MetricName"]!).ToHashSet()
        );
        Assert.All(alarms.Values, alarm => Assert.Equal("Alarms", (string)alarm["AlarmActions"]!.AsArray().Single()!["Ref"]!));
        Assert.Equal("HasBudget", (string)watch.Resources["Budget"]!["Condition"]!);
    }

    [Fact]
    public void Everyone_together_fits_into_the_smallest_databases_connections()
    {
        // About 60 of db.t3.micro are left for users (Amazon RDS User Guide, quotas: DBInstanceClassMemory/12582880, less what RDS itself
        // takes).
        var (web, functions, root) = (
            DeployTemplate.Load("web.yaml"),
            DeployTemplate.Load("functions.yaml"),
            DeployTemplate.Load("root.yaml")
        );
        var instances = (long)root.Root["Parameters"]!["WebMaxSize"]!["Default"]! + 1; // one more while a version is rolled out
        var webPool = Pool((string)web.Only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]!["UserData"]!["Fn::Base64"]!["Fn::Sub"]!);
        var concurrency = (long)root.Root["Parameters"]!["FunctionConcurrency"]!["Default"]!;
        var functionPools = functions
            .OfType("AWS::Lambda::Function")
            .Sum(function => Pool((string)function.Properties["Environment"]!["Variables"]!["ConnectionStrings__imagedb"]!["Fn::Sub"]!));
        Assert.InRange((instances * webPool) + (concurrency * functionPools), 1, 60);

        static long Pool(string text) =>
            long.Parse(
                System.Text.RegularExpressions.Regex.Match(text, "MaximumPoolSize=([0-9]+)").Groups[1].Value,
                System.Globalization.CultureInfo.InvariantCulture
            );
    }

    [Fact]
    public void The_web_tier_is_checked_scaled_and_replaced_as_documented()
    {
        var web = DeployTemplate.Load("web.yaml");
        var targets = web.Only("AWS::ElasticLoadBalancingV2::TargetGroup");
        Assert.Equal(
            ("/health", 30L, 5L, 2L, 3L, 5000L),
            (
                (string)targets["HealthCheckPath"]!,
                (long)targets["HealthCheckIntervalSeconds"]!,
                (long)targets["HealthCheckTimeoutSeconds"]!,
                (long)targets["HealthyThresholdCount"]!,
                (long)targets["UnhealthyThresholdCount"]!,
                (long)targets["Port"]!
            )
        );
        Assert.Equal(70, (long)web.Only("AWS::AutoScaling::ScalingPolicy")["TargetTrackingConfiguration"]!["TargetValue"]!);
        var group = web.Only("AWS::AutoScaling::AutoScalingGroup");
        Assert.Equal(("ELB", 300L), ((string)group["HealthCheckType"]!, (long)group["HealthCheckGracePeriod"]!));
        Assert.Equal(
            (1L, 3L),
            ((long)web.Root["Parameters"]!["MinSize"]!["Default"]!, (long)web.Root["Parameters"]!["MaxSize"]!["Default"]!)
        );

        // A new version takes over only when its instance has said that it serves; else the old one comes back.
        var update = web.Resources["Group"]!["UpdatePolicy"]!["AutoScalingRollingUpdate"]!;
        Assert.True((bool)update["WaitOnResourceSignals"]!);
        Assert.Equal(1, (long)update["MinInstancesInService"]!["Fn::If"]![2]!);
        Assert.NotNull(web.Resources["Group"]!["CreationPolicy"]!["ResourceSignal"]);
        var start = (string)web.Only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]!["UserData"]!["Fn::Base64"]!["Fn::Sub"]!;
        Assert.True(
            start.IndexOf("/health", StringComparison.Ordinal) < start.IndexOf("describe-target-health", StringComparison.Ordinal)
        );
        Assert.Contains("--success false --reason", start);
        Assert.Equal("required", (string)web.Only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]!["MetadataOptions"]!["HttpTokens"]!);
    }

    // Condition, what is taken where it holds, and what is taken elsewhere.
    private static List<string> Choice(JsonNode choice) =>
        [
            .. choice["Fn::If"]!
                .AsArray()
                .Select(part => part is JsonObject { Count: 1 } reference ? (string)reference.First().Value! : $"{part}"),
        ];

    private static IEnumerable<string> Actions(JsonObject statement) =>
        statement["Action"] is JsonArray list ? list.Select(action => (string)action!) : [(string)statement["Action"]!];

    private static IEnumerable<JsonNode> Functions(JsonNode? node, string function) =>
        node switch
        {
            JsonArray array => array.SelectMany(item => Functions(item, function)),
            JsonObject map => map.SelectMany(entry =>
                Functions(entry.Value, function).Concat(entry.Key == function ? [entry.Value!] : Enumerable.Empty<JsonNode>())
            ),
            _ => [],
        };

    private static IEnumerable<(string Kind, string Name)> DependsOn(JsonNode resource) =>
        resource["DependsOn"] switch
        {
            JsonArray list => list.Select(name => ("DependsOn", (string)name!)),
            JsonValue name => [("DependsOn", (string)name!)],
            _ => [],
        };

    private static IEnumerable<JsonObject> Rules(JsonNode? rules) =>
        (rules as JsonArray ?? [])
            .SelectMany(rule => rule!["Fn::If"] is JsonArray choice ? choice.Skip(1) : [rule])
            .OfType<JsonObject>()
            .Where(rule => rule["Ref"] is null);

    private static IEnumerable<JsonObject> Statements(JsonNode statements) => Rules(statements);
}
