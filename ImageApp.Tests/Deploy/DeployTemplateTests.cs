using System.Diagnostics;
using System.Text.Json.Nodes;

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
            [("DatabaseGroup", 3306L, "FunctionGroup"), ("DatabaseGroup", 3306L, "WebGroup"), ("WebGroup", 5000L, "BalancerGroup")],
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
        Assert.True((long)database["BackupRetentionPeriod"]! >= 7);
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

                    // X-Ray's actions know no ARN (Service Authorization Reference, AWS X-Ray).
                    Assert.True(
                        statement["Resource"] is not JsonValue value
                            || (string?)value != "*"
                            || actions.All(action => action.StartsWith("xray:", StringComparison.Ordinal)),
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
        Assert.All(
            role["Policies"]!
                .AsArray()
                .SelectMany(policy => Statements(policy!["PolicyDocument"]!["Statement"]!))
                .Select(statement => (string)statement["Resource"]!["Fn::Sub"]!),
            resource => Assert.EndsWith("/${StackName}-*", resource)
        );

        var yaml = new YamlDotNet.RepresentationModel.YamlStream();
        using var reader = new StreamReader(Path.Combine(RepositoryRoot.Path, ".github", "workflows", "main.yml"));
        yaml.Load(reader);
        var text = yaml.Documents[0].RootNode.ToString();
        Assert.Contains("role-to-assume", text);
        Assert.DoesNotContain("aws-access-key-id", text);
        Assert.DoesNotContain("secrets.", text);
    }

    [Fact]
    public void Each_function_may_do_exactly_its_own_work()
    {
        var functions = DeployTemplate.Load("functions.yaml");
        Assert.Equal(
            [
                "rds-db:connect",
                "s3:GetObject",
                "s3:ListBucket",
                "sqs:SendMessage",
                "ssm:GetParameter",
                "xray:PutTelemetryRecords",
                "xray:PutTraceSegments",
            ],
            Actions("CaptionRole")
        );
        Assert.Equal(
            [
                "rds-db:connect",
                "s3:DeleteObject",
                "s3:GetObject",
                "s3:ListBucket",
                "s3:PutObject",
                "sqs:SendMessage",
                "xray:PutTelemetryRecords",
                "xray:PutTraceSegments",
            ],
            Actions("ThumbnailRole")
        );
        foreach (var (_, function) in functions.OfType("AWS::Lambda::Function"))
        {
            Assert.Equal(512, (long)function["MemorySize"]!);
            Assert.Equal(300, (long)function["Timeout"]!);
            Assert.Equal("provided.al2023", (string)function["Runtime"]!);
            Assert.NotNull(function["ReservedConcurrentExecutions"]);
        }

        List<string> Actions(string role) =>
            [
                .. functions.Resources[role]!["Properties"]!["Policies"]!
                    .AsArray()
                    .SelectMany(policy => Statements(policy!["PolicyDocument"]!["Statement"]!))
                    .SelectMany(statement =>
                        statement["Action"] is JsonArray list ? list.Select(action => (string)action!) : [(string)statement["Action"]!]
                    )
                    .Distinct()
                    .Order(StringComparer.Ordinal),
            ];
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
        Assert.Equal(1, (long)update["MinInstancesInService"]!);
        Assert.NotNull(web.Resources["Group"]!["CreationPolicy"]!["ResourceSignal"]);
        var start = (string)web.Only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]!["UserData"]!["Fn::Base64"]!["Fn::Sub"]!;
        Assert.True(
            start.IndexOf("/health", StringComparison.Ordinal) < start.IndexOf("cfn-signal --success true", StringComparison.Ordinal)
        );
        Assert.Contains("cfn-signal --success false", start);
        Assert.Equal("required", (string)web.Only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]!["MetadataOptions"]!["HttpTokens"]!);
    }

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
