using System.Text.Json.Nodes;
using CsCheck;
using ImageApp.LocalAws;
using ImageApp.LocalAws.CloudFormation;
using ImageApp.LocalAws.CloudFormation.Templates;

namespace ImageApp.Tests.LocalAws.CloudFormation;

public sealed class TemplateLanguageTests
{
    private const string Prelude = """
        Parameters:
          Name: { Type: String, Default: photos }
          Names: { Type: CommaDelimitedList, Default: "a, b,c" }
          Count: { Type: Number, Default: 3 }
        Mappings:
          Sizes: { us-east-1: { Small: 10, Zones: [x, y] } }
        Conditions:
          IsPhotos: !Equals [!Ref Name, photos]
          IsNotPhotos: !Not [!Condition IsPhotos]
          Both: !And [!Condition IsPhotos, !Equals ["3", !Ref Count]]
          Either: !Or [!Condition IsNotPhotos, !Equals [a, b]]
        Resources:
          Folder: { Type: "Test::Files::Folder", Properties: { Path: /tmp } }
        """;

    private static readonly ResourceTypes Types = new([new FileHandler(), new FolderHandler()]);

    private static readonly PseudoParameters Pseudo = new(
        "123456789012",
        "us-east-1",
        "stack",
        "arn:aws:cloudformation:us-east-1:123456789012:stack/stack/id",
        ["arn:n1", "arn:n2"]);

    [Theory]
    [InlineData("!Ref Name", "\"photos\"")]
    [InlineData("!Ref Names", """["a","b","c"]""")]
    [InlineData("!Ref Count", "\"3\"")]
    [InlineData("!Ref AWS::AccountId", "\"123456789012\"")]
    [InlineData("!Ref AWS::Region", "\"us-east-1\"")]
    [InlineData("!Ref AWS::Partition", "\"aws\"")]
    [InlineData("!Ref AWS::URLSuffix", "\"amazonaws.com\"")]
    [InlineData("!Ref AWS::StackName", "\"stack\"")]
    [InlineData("!Ref AWS::NotificationARNs", """["arn:n1","arn:n2"]""")]
    [InlineData("!Ref Folder", "\"ref-Folder\"")]
    [InlineData("!GetAtt Folder.Path", "\"att-Folder-Path\"")]
    [InlineData("!GetAtt [Folder, Path]", "\"att-Folder-Path\"")]
    [InlineData("{ \"Fn::GetAtt\": Folder.Path }", "\"att-Folder-Path\"")]
    [InlineData("!Sub \"${Name}-${AWS::Region}-${Folder}-${Folder.Path}\"", "\"photos-us-east-1-ref-Folder-att-Folder-Path\"")]
    [InlineData("!Sub \"${!Name} ${ Name } $Name ${!}\"", "\"${Name} photos $Name ${}\"")]
    [InlineData("!Sub [\"${A}/${Name}\", { A: !Ref Count, Name: other }]", "\"3/other\"")]
    [InlineData("!Join [\"-\", [a, !Ref Name, !Ref Count]]", "\"a-photos-3\"")]
    [InlineData("!Join [\"\", !Ref Names]", "\"abc\"")]
    [InlineData("!Join [\",\", [a, !Ref AWS::NoValue, b]]", "\"a,b\"")]
    [InlineData("!Select [1, !Ref Names]", "\"b\"")]
    [InlineData("!Select [\"0\", !Split [\"|\", \"x|y\"]]", "\"x\"")]
    [InlineData("!Split [\",\", \"a,,b\"]", """["a","","b"]""")]
    [InlineData("!If [IsPhotos, yes, no]", "\"yes\"")]
    [InlineData("!If [IsNotPhotos, yes, no]", "\"no\"")]
    [InlineData("!If [Both, 1, 2]", "1")]
    [InlineData("!If [Either, 1, 2]", "2")]
    [InlineData("{ A: !If [IsPhotos, !Ref AWS::NoValue, x], B: true }", """{"B":true}""")]
    [InlineData("!FindInMap [Sizes, !Ref AWS::Region, Small]", "10")]
    [InlineData("!FindInMap [Sizes, us-east-1, Zones]", """["x","y"]""")]
    [InlineData("!Base64 hello", "\"aGVsbG8=\"")]
    [InlineData("!GetAZs \"\"", """["us-east-1a","us-east-1b","us-east-1c"]""")]
    [InlineData("!Select [0, !GetAZs us-west-2]", "\"us-west-2a\"")]
    [InlineData("!Cidr [10.0.0.0/16, 3, 8]", """["10.0.0.0/24","10.0.1.0/24","10.0.2.0/24"]""")]
    [InlineData("!Cidr [192.168.4.0/22, 2]", """["192.168.4.0/24","192.168.5.0/24"]""")]
    [InlineData("!Cidr [\"2001:db8::/56\", 2, 64]", """["2001:db8::/64","2001:db8:0:1::/64"]""")]
    [InlineData("!ImportValue shared", "\"import-shared\"")]
    [InlineData("000000000000", "\"000000000000\"")]
    [InlineData("2010-09-09", "\"2010-09-09\"")]
    [InlineData(
        "{ Condition: { Bool: { \"aws:SecureTransport\": \"false\" } } }",
        """{"Condition":{"Bool":{"aws:SecureTransport":"false"}}}""")]
    [InlineData("|\n      two\n      lines\n", "\"two\\nlines\\n\"")]
    public void An_expression_resolves_as_in_AWS(string yaml, string json)
    {
        var bound = Bind(Prelude + $"\nOutputs:\n  X:\n    Value: {yaml}\n");
        var value = bound.Resolve(Assert.Single(bound.Outputs).Value, new NamedReferences());
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(json), value), value?.ToJsonString());
    }

    [Theory]
    [InlineData("!Select [3, !Ref Names]", "Fn::Select cannot select nonexistent value at index 3")]
    [InlineData("!FindInMap [Sizes, eu-west-1, Small]", "Unable to get mapping for Sizes::eu-west-1::Small")]
    [InlineData("!FindInMap [Colours, a, b]", "Mapping named 'Colours' is not present")]
    [InlineData("!Ref Nobody", "Template format error: Unresolved resource dependencies [Nobody] in the Outputs block of the template")]
    [InlineData("!Sub \"${Nobody}\"", "Unresolved resource dependencies [Nobody] in the Outputs block")]
    [InlineData("!Sub \"${a-b}\"", "alphanumeric")]
    [InlineData("!GetAtt Nobody.Arn", "Template error: instance of Fn::GetAtt references undefined resource Nobody")]
    [InlineData("!GetAtt Folder", "every Fn::GetAtt object requires two non-empty parameters")]
    [InlineData("!If [Nothing, a, b]", "Unresolved condition dependency Nothing")]
    [InlineData("!If [IsPhotos, a]", "every Fn::If object requires a list of 3 parameters")]
    [InlineData("{ \"Fn::Transform\": { Name: X } }", "Fn::Transform is not supported by local AWS")]
    [InlineData("{ Ref: Name, Other: 1 }", "must not have other members")]
    [InlineData("\"{{resolve:ssm:/x:1}}\"", "dynamic references are not supported")]
    [InlineData("!Cidr [10.0.0.0/24, 9, 5]", "Fn::Cidr cannot cut 9 blocks")]
    [InlineData("!Nonsense x", "unknown tag !Nonsense")]
    [InlineData("!Equals [a, b]", "can only be used in the Conditions block")]
    public void A_wrong_expression_is_refused_with_its_reason(string yaml, string reason)
    {
        var error = Assert.Throws<AwsServiceException>(() =>
        {
            var bound = Bind(Prelude + $"\nOutputs:\n  X:\n    Value: {yaml}\n");
            bound.Resolve(bound.Outputs[0].Value, new NamedReferences());
        });
        Assert.Equal("ValidationError", error.Code);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "unsupported structure")]
    [InlineData("[]", "unsupported structure")]
    [InlineData("Resources: {}", "At least one Resources member must be defined")]
    [InlineData("Recources: {}", "Invalid template property or properties [Recources]")]
    [InlineData("{\"Resources\": {,}}", "JSON not well-formed. (line 1, column")]
    [InlineData("Resources:\n  A: [1, 2", "YAML not well-formed. (line ")]
    [InlineData("Resources:\n  A: { Type: Test::Files::File }\n  A: { Type: Test::Files::File }", "duplicate key 'A'")]
    [InlineData(
        "Resources:\n  A: { Type: Test::Files::File, Properties: { Name: } }",
        "[/Resources/A/Properties/Name] 'null' values are not allowed")]
    [InlineData("Resources:\n  A: &a { Type: Test::Files::File }\n  B: *a", "aliases (*a) are not supported")]
    [InlineData(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  A: { Type: Test::Files::File }",
        "the section Transform is not supported")]
    [InlineData(
        "AWSTemplateFormatVersion: 2011-01-01\nResources:\n  A: { Type: Test::Files::File }",
        "Template format version must be 2010-09-09")]
    [InlineData("Resources:\n  A: { Properties: {} }", "Every Resources object must contain a Type member")]
    [InlineData("Resources:\n  A-B: { Type: Test::Files::File }", "Resource name A-B is non alphanumeric")]
    [InlineData("Resources:\n  A: { Type: Test::Files::File, Propertys: {} }", "'Propertys'")]
    [InlineData(
        "Resources:\n  A: { Type: AWS::X::Y }\n  B: { Type: AWS::X::Z }",
        "Template format error: Unrecognized resource types: [AWS::X::Y, AWS::X::Z]")]
    [InlineData(
        "Resources:\n  A: { Type: Test::Files::File, DependsOn: B }",
        "Unresolved resource dependencies [B] in the Resources block of the template")]
    [InlineData(
        "Resources:\n  A: { Type: Test::Files::File, Properties: { Name: !Ref B } }",
        "Unresolved resource dependencies [B] in the Resources block of the template")]
    [InlineData("Resources:\n  A: { Type: Test::Files::File, Properties: { Name: !Ref A } }", "Circular dependency between resources: [A]")]
    [InlineData(
        "Resources:\n  C: { Type: Test::Files::File, DependsOn: A }\n  A: { Type: Test::Files::File, DependsOn: B }\n  B: { Type: "
        + "Test::Files::File, Properties: { Name: !GetAtt A.Name } }",
        "Circular dependency between resources: [A, B]")]
    [InlineData(
        "Resources:\n  A: { Type: Test::Files::File }\n  B: { Type: Test::Files::File, Properties: { Name: !GetAtt A.Colour } }",
        "Template error: resource A does not support attribute type Colour in Fn::GetAtt")]
    [InlineData("Resources:\n  A: { Type: Test::Files::File, Condition: C }", "Unresolved condition dependency C")]
    [InlineData(
        "Resources:\n  A: { Type: Test::Files::File, DeletionPolicy: Snapshot }",
        "allowed are Delete, Retain, RetainExceptOnCreate")]
    [InlineData(
        "Conditions: { C: !Equals [!Ref A, x] }\nResources:\n  A: { Type: Test::Files::File }",
        "Cannot reference resources in the Conditions block")]
    [InlineData("Conditions: { C: !Condition D, D: !Condition C }\nResources:\n  A: { Type: Test::Files::File }", "Circular dependency")]
    [InlineData("Conditions: { C: true }\nResources:\n  A: { Type: Test::Files::File }", "Conditions can only be boolean operations")]
    [InlineData(
        "Parameters: { P: { Type: AWS::SSM::Parameter::Value<String> } }\nResources:\n  A: { Type: Test::Files::File }",
        "the type AWS::SSM::Parameter::Value<String> of parameter P is not supported by local AWS")]
    [InlineData("Parameters: { P: { Type: Text } }\nResources:\n  A: { Type: Test::Files::File }", "Unrecognized parameter type: Text")]
    [InlineData(
        "Resources:\n  A: { Type: Test::Files::File }\nOutputs:\n  O: { Description: x }",
        "Every Outputs member must contain a Value object")]
    public void A_wrong_template_is_refused_before_anything_is_made(string body, string reason)
    {
        var error = Assert.Throws<AwsServiceException>(() => Bind(body));
        Assert.Equal("ValidationError", error.Code);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Type: String, AllowedValues: [a, b]", "c", "Parameter 'P' must be one of AllowedValues: [a, b]")]
    [InlineData("Type: String, AllowedPattern: '[a-z]+'", "a1", "Parameter 'P' must match pattern [a-z]+")]
    [InlineData(
        "Type: String, AllowedPattern: '[a-z]+', ConstraintDescription: letters only.",
        "1",
        "Parameter P failed to satisfy constraint: letters only.")]
    [InlineData("Type: String, MinLength: 2", "a", "must contain at least 2 characters")]
    [InlineData("Type: String, MaxLength: 2", "abc", "must contain at most 2 characters")]
    [InlineData("Type: Number", "ten", "must be a number: 'ten' is not")]
    [InlineData("Type: Number, MinValue: 2", "1.5", "must be a number not less than 2")]
    [InlineData("Type: Number, MaxValue: 2", "3", "must be a number not greater than 2")]
    [InlineData("Type: List<Number>", "1,x", "must be a number: 'x' is not")]
    [InlineData("Type: CommaDelimitedList, AllowedValues: [a, b]", "a,c", "must be one of AllowedValues")]
    public void A_parameter_that_breaks_its_constraint_is_refused(string declaration, string value, string reason)
    {
        var error = Assert.Throws<AwsServiceException>(() =>
            Bind($"Parameters:\n  P: {{ {declaration} }}\nResources:\n  A: {{ Type: Test::Files::File }}", ("P", value)));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parameters_must_be_given_and_known()
    {
        const string Body = "Parameters: { P: { Type: String } }\nResources:\n  A: { Type: Test::Files::File }";
        Assert.Equal("Parameters: [P] must have values", Assert.Throws<AwsServiceException>(() => Bind(Body)).Message);
        Assert.Equal(
            "Parameters: [Q] do not exist in the template",
            Assert.Throws<AwsServiceException>(() => Bind(Body, ("P", "1"), ("Q", "2"))).Message);
    }

    [Fact]
    public void A_reference_to_a_resource_that_a_condition_leaves_out_is_refused_unless_it_is_left_out_too()
    {
        const string Body = """
            Parameters: { On: { Type: String } }
            Conditions: { IsOn: !Equals [!Ref On, "true"] }
            Resources:
              A: { Type: "Test::Files::File", Condition: IsOn }
              B: { Type: "Test::Files::File", DependsOn: A, Properties: { Name: !If [IsOn, !Ref A, none] } }
            Outputs:
              O: { Value: !Ref A, Condition: IsOn }
            """;
        Assert.Equal(["A", "B"], Bind(Body, ("On", "true")).Resources.Select(resource => resource.LogicalId));
        var off = Bind(Body, ("On", "false"));
        Assert.Equal(["B"], off.Resources.Select(resource => resource.LogicalId));
        Assert.Empty(off.Outputs);
        var error = Assert.Throws<AwsServiceException>(() =>
            Bind(Body.Replace("!Ref A, Condition: IsOn", "!Ref A", StringComparison.Ordinal), ("On", "false")));
        Assert.Equal("Template format error: Unresolved resource dependencies [A] in the Outputs block of the template", error.Message);
    }

    [Fact]
    public void Json_and_yaml_are_one_language()
    {
        var yaml = TemplateReader.Read("A: !Join [\"-\", [!Ref X, !GetAtt Y.Z.W, 1, true]]\nB: { \"Fn::Sub\": \"${X}\" }");
        var json = TemplateReader.Read(
            """{"A":{"Fn::Join":["-",[{"Ref":"X"},{"Fn::GetAtt":["Y","Z.W"]},1,true]]},"B":{"Fn::Sub":"${X}"}}""");
        Assert.True(JsonNode.DeepEquals(yaml, json), yaml.ToJsonString());
    }

    [Fact]
    public void Every_resource_comes_after_all_it_depends_on() =>
        Gen.Int[2, 12]
            .SelectMany(count =>
                Gen.Select(
                    Gen.Shuffle(Enumerable.Range(0, count).ToArray()),
                    Gen.Int[0, 1].Array[count * count],
                    (names, edges) => (count, names, edges)))
            .Sample(graph =>
            {
                // An edge leads only to an earlier name, so there is no circle whatever is drawn.
                var items = graph
                    .names.Select(name =>
                        (
                            Name: name.ToString(System.Globalization.CultureInfo.InvariantCulture),
                            Needs: Enumerable
                                .Range(0, name)
                                .Where(other => graph.edges[(name * graph.count) + other] == 1)
                                .Select(other => other.ToString(System.Globalization.CultureInfo.InvariantCulture))
                                .ToList()))
                    .ToList();
                var order = DependencyOrder.Of(items, item => item.Name, item => item.Needs).Select(item => item.Name).ToList();
                return order.Count == items.Count
                    && items.All(item => item.Needs.All(need => order.IndexOf(need) < order.IndexOf(item.Name)));
            });

    [Fact]
    public void Splitting_what_was_joined_gives_it_back() =>
        Gen.String[Gen.Char['a', 'e'], 0, 5]
            .List[1, 6]
            .Sample(words =>
            {
                var list = string.Join(", ", words.Select(word => $"\"{word}\""));
                var bound = Bind(Prelude + $"\nOutputs:\n  X:\n    Value: !Split [\"|\", !Join [\"|\", [{list}]]]\n");
                return ((JsonArray)bound.Resolve(bound.Outputs[0].Value, new NamedReferences())!)
                    .Select(item => (string)item!)
                    .SequenceEqual(words);
            });

    [Fact]
    public void Properties_are_checked_by_name_at_every_depth()
    {
        static string Check(string json) =>
            Assert
                .Throws<AwsServiceException>(() => ResourceProperties.Check(new FileHandler(), "A", (JsonObject)JsonNode.Parse(json)!))
                .Message;

        ResourceProperties.Check(
            new FileHandler(),
            "A",
            (JsonObject)JsonNode.Parse("""{"Name":"x","Options":{"Mode":1},"Tags":[{"Key":"k","Value":"v"}]}""")!);
        Assert.Contains("#: extraneous key [Colour] is not permitted", Check("""{"Colour":1}"""), StringComparison.Ordinal);
        Assert.Contains(
            "#/Options: extraneous key [Colour] is not permitted",
            Check("""{"Options":{"Colour":1}}"""),
            StringComparison.Ordinal);
        Assert.Contains(
            "#/Tags/1: extraneous key [Colour] is not permitted",
            Check("""{"Tags":[{"Key":"k"},{"Colour":1}]}"""),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"A":true,"B":5}""", """{"A":"true","B":"5"}""", "")]
    [InlineData("""{"A":{"B":1,"C":2}}""", """{"A":{"B":1,"C":3}}""", "A.C")]
    [InlineData("""{"A":[{"B":1}]}""", """{"A":[{"B":2}]}""", "A.B")]
    [InlineData("""{"A":[1]}""", """{"A":[1,2]}""", "A")]
    [InlineData("""{"A":1}""", """{"B":1}""", "A B")]
    public void Differences_are_named_by_path(string left, string right, string paths) =>
        Assert.Equal(
            paths,
            string.Join(' ', ResourceProperties.Differences((JsonObject)JsonNode.Parse(left)!, (JsonObject)JsonNode.Parse(right)!)));

    private static BoundTemplate Bind(string body, params (string Name, string Value)[] parameters) =>
        BoundTemplate.Bind(TemplateParser.Parse(body, Types), parameters.ToDictionary(p => p.Name, p => p.Value), Pseudo);

    private sealed class NamedReferences : IResourceReferences
    {
        public string Ref(string logicalId) => $"ref-{logicalId}";

        public string GetAtt(string logicalId, string attribute) => $"att-{logicalId}-{attribute}";

        public string Import(string exportName) => $"import-{exportName}";
    }
}
