using System.Text.RegularExpressions;
using CsCheck;
using ImageApp.LocalAws;
using ImageApp.LocalAws.Policies;

namespace ImageApp.Tests.LocalAws.Policies;

public sealed class ResourcePolicyTests
{
    private const string Topic = "arn:aws:sns:us-east-1:000000000000:image-events";
    private const string Bucket = "arn:aws:s3:::image-bucket";

    [Fact]
    public void The_policy_that_lets_a_bucket_publish_allows_that_bucket_only()
    {
        const string Policy = """
            {"Version":"2012-10-17","Statement":[{"Sid":"bucket","Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},
            "Action":"SNS:Publish",
            "Resource":"arn:aws:sns:us-east-1:000000000000:image-events",
            "Condition":{"StringEquals":{"aws:SourceAccount":"000000000000"},"ArnLike":{"AWS:SourceArn":"arn:aws:s3:*:*:image-bucket"}}}]}
            """;
        Assert.Equal(PolicyDecision.Allow, ResourcePolicy.Evaluate(Policy, Publish("s3.amazonaws.com", Bucket)));
        Assert.Equal(PolicyDecision.ImplicitDeny, ResourcePolicy.Evaluate(Policy, Publish("s3.amazonaws.com", "arn:aws:s3:::other")));
        Assert.Equal(PolicyDecision.ImplicitDeny, ResourcePolicy.Evaluate(Policy, Publish("events.amazonaws.com", Bucket)));
        Assert.Equal(
            PolicyDecision.ImplicitDeny,
            ResourcePolicy.Evaluate(Policy, Publish("s3.amazonaws.com", Bucket, account: "111111111111")));
        Assert.Equal(
            PolicyDecision.ImplicitDeny,
            ResourcePolicy.Evaluate(Policy, Publish("s3.amazonaws.com", Bucket) with { Action = "sns:Subscribe" }));
        Assert.Equal(
            PolicyDecision.ImplicitDeny,
            ResourcePolicy.Evaluate(Policy, Publish("s3.amazonaws.com", Bucket) with { ResourceArn = Topic + "2" }));
    }

    [Theory]
    [InlineData("\"*\"", "s3.amazonaws.com", true)]
    [InlineData("\"*\"", "*", true)]
    [InlineData("{\"AWS\":\"*\"}", "s3.amazonaws.com", true)]
    [InlineData("{\"AWS\":\"000000000000\"}", "arn:aws:iam::000000000000:user/ann", true)]
    [InlineData("{\"AWS\":\"arn:aws:iam::000000000000:root\"}", "000000000000", true)]
    [InlineData("{\"AWS\":\"arn:aws:iam::000000000000:user/bob\"}", "arn:aws:iam::000000000000:user/ann", false)]
    [InlineData("{\"AWS\":\"000000000000\"}", "*", false)]
    [InlineData("{\"AWS\":\"000000000000\"}", "s3.amazonaws.com", false)]
    [InlineData("{\"Service\":[\"sqs.amazonaws.com\",\"s3.amazonaws.com\"]}", "s3.amazonaws.com", true)]
    [InlineData("{\"Service\":\"*\"}", "s3.amazonaws.com", true)]
    [InlineData("{\"Service\":\"*\"}", "*", false)]
    public void Principals_match(string principal, string caller, bool allowed)
    {
        var policy = $$$$"""{"Statement":{"Effect":"Allow","Principal":{{{{principal}}}},"Action":"*","Resource":"*"}}""";
        Assert.Equal(
            allowed ? PolicyDecision.Allow : PolicyDecision.ImplicitDeny,
            ResourcePolicy.Evaluate(policy, Publish(caller, Bucket)));
        var inverted = $$$$"""{"Statement":{"Effect":"Allow","NotPrincipal":{{{{principal}}}},"Action":"*","Resource":"*"}}""";
        Assert.Equal(
            allowed ? PolicyDecision.ImplicitDeny : PolicyDecision.Allow,
            ResourcePolicy.Evaluate(inverted, Publish(caller, Bucket)));
    }

    [Theory]
    [InlineData("sns:*", true)]
    [InlineData("SNS:publish", true)]
    [InlineData("sns:Pub?ish", true)]
    [InlineData("*", true)]
    [InlineData("sns:Pub", false)]
    [InlineData("sqs:*", false)]
    public void Actions_match_without_case(string action, bool matches)
    {
        var policy =
            $$$$"""{"Statement":{"Effect":"Allow","Principal":"*","Action":["lambda:InvokeFunction","{{{{action}}}}"],"Resource":"*"}}""";
        Assert.Equal(matches, ResourcePolicy.Evaluate(policy, Publish("*", Bucket)) == PolicyDecision.Allow);
        Assert.Equal(
            !matches,
            ResourcePolicy.Evaluate(policy.Replace("\"Action\"", "\"NotAction\"", StringComparison.Ordinal), Publish("*", Bucket))
                == PolicyDecision.Allow);
    }

    [Theory]
    [InlineData("arn:aws:sns:us-east-1:000000000000:image-events", true)]
    [InlineData("arn:aws:sns:*:*:image-*", true)]
    [InlineData("arn:aws:sns", true)]
    [InlineData("arn:aws:sns:us-east-1:000000000000:image-event?", true)]
    [InlineData("arn:aws:sns:us-east-1:${aws:SourceAccount}:image-events", true)]
    [InlineData("arn:aws:sns:us-east-1:${aws:Missing}:image-events", false)]
    [InlineData("arn:aws:sns:us-east-1:${aws:Missing, '000000000000'}:image-events", true)]
    [InlineData("arn:aws:sns:us-east-1:000000000000:${*}", false)]
    [InlineData("arn:aws:sns:*:image-events", false)]
    [InlineData("arn:aws:sqs:us-east-1:000000000000:image-events", false)]
    public void Resources_match(string resource, bool matches)
    {
        var policy =
            $$$$"""{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"{{{{resource}}}}"}}""";
        Assert.Equal(matches, ResourcePolicy.Evaluate(policy, Publish("*", Bucket)) == PolicyDecision.Allow);
    }

    [Theory]
    [InlineData("StringEquals", "\"red\"", "red", true)]
    [InlineData("StringEquals", "[\"blue\",\"red\"]", "red", true)]
    [InlineData("StringEquals", "\"r*\"", "red", false)]
    [InlineData("StringEquals", "\"red\"", null, false)]
    [InlineData("StringEqualsIfExists", "\"red\"", null, true)]
    [InlineData("StringEqualsIfExists", "\"red\"", "blue", false)]
    [InlineData("StringNotEquals", "[\"blue\",\"red\"]", "red", false)]
    [InlineData("StringNotEquals", "[\"blue\",\"red\"]", "green", true)]
    [InlineData("StringNotEquals", "\"red\"", null, true)]
    [InlineData("StringEqualsIgnoreCase", "\"RED\"", "red", true)]
    [InlineData("StringNotEqualsIgnoreCase", "\"RED\"", "red", false)]
    [InlineData("StringLike", "\"r?*\"", "red", true)]
    [InlineData("StringLike", "\"r?*\"", "r", false)]
    [InlineData("StringNotLike", "\"r*\"", "red", false)]
    [InlineData("ArnLike", "\"arn:aws:s3:::b*\"", "arn:aws:s3:::bucket", true)]
    [InlineData("ArnEquals", "\"arn:aws:s3:::b*\"", "arn:aws:s3:::bucket", true)]
    [InlineData("ArnLike", "\"arn:*:bucket\"", "arn:aws:s3:::bucket", false)]
    [InlineData("ArnNotLike", "\"arn:aws:s3:::b*\"", "arn:aws:s3:::bucket", false)]
    [InlineData("ArnNotEquals", "\"arn:aws:s3:::b*\"", "arn:aws:s3:::other", true)]
    [InlineData("Bool", "true", "true", true)]
    [InlineData("Bool", "\"false\"", "true", false)]
    [InlineData("Null", "true", null, true)]
    [InlineData("Null", "true", "x", false)]
    [InlineData("Null", "false", "x", true)]
    [InlineData("NumericEquals", "10", "10.0", true)]
    [InlineData("NumericNotEquals", "10", "10.0", false)]
    [InlineData("NumericLessThan", "10", "9.5", true)]
    [InlineData("NumericLessThanEquals", "10", "10", true)]
    [InlineData("NumericGreaterThan", "10", "10", false)]
    [InlineData("NumericGreaterThanEquals", "\"10\"", "abc", false)]
    [InlineData("DateLessThan", "\"2030-01-31T00:00:00Z\"", "2029-12-31T23:59:59Z", true)]
    [InlineData("DateGreaterThan", "\"2030-01-31T00:00:00Z\"", "2029-12-31T23:59:59Z", false)]
    [InlineData("DateEquals", "\"1970-01-02T00:00:00Z\"", "86400", true)]
    [InlineData("IpAddress", "\"203.0.113.0/24\"", "203.0.113.7", true)]
    [InlineData("IpAddress", "\"203.0.113.0/24\"", "203.0.114.7", false)]
    [InlineData("IpAddress", "\"::1\"", "::1", true)]
    [InlineData("NotIpAddress", "\"203.0.113.0/24\"", "203.0.114.7", true)]
    [InlineData("ForAnyValue:StringEquals", "[\"red\"]", "red", true)]
    [InlineData("ForAnyValue:StringEquals", "[\"red\"]", null, false)]
    [InlineData("ForAllValues:StringEquals", "[\"red\"]", null, true)]
    [InlineData("ForAllValues:StringLike", "[\"r*\"]", "blue", false)]
    public void Conditions_hold(string conditionOperator, string expected, string? actual, bool holds)
    {
        var policy =
            $$$$"""
            {"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*",
            "Condition":{"{{{{conditionOperator}}}}":{"test:Key":{{{{expected}}}} } }}}
            """;
        var request = new PolicyRequest(
            "*",
            "sns:Publish",
            Topic,
            actual is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["TEST:key"] = actual });
        Assert.Equal(holds, ResourcePolicy.Evaluate(policy, request) == PolicyDecision.Allow);
    }

    [Fact]
    public void An_explicit_deny_wins_whatever_its_place()
    {
        const string Allow = """{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}""";
        const string Deny =
            """
            {"Effect":"Deny","Principal":"*","Action":"sns:Publish","Resource":"*",
            "Condition":{"Bool":{"aws:SecureTransport":"false"}}}
            """;
        var request = Publish("*", Bucket) with { Context = new Dictionary<string, string> { ["aws:SecureTransport"] = "false" } };
        foreach (var statements in new[] { Allow + "," + Deny, Deny + "," + Allow })
        {
            Assert.Equal(PolicyDecision.ExplicitDeny, ResourcePolicy.Evaluate($$$$"""{"Statement":[{{{{statements}}}}]}""", request));
            Assert.Equal(PolicyDecision.Allow, ResourcePolicy.Evaluate($$$$"""{"Statement":[{{{{statements}}}}]}""", Publish("*", Bucket)));
        }
    }

    [Theory]
    [InlineData("nonsense", "not JSON")]
    [InlineData("[]", "not an object")]
    [InlineData("{}", "Statement is missing")]
    [InlineData("""{"Statement":[]}""", "empty list")]
    [InlineData("""{"Version":"2020-01-01","Statement":[]}""", "2020-01-01")]
    [InlineData("""{"Statements":[]}""", "'Statements'")]
    [InlineData("""{"Statement":{"Effect":"allow","Principal":"*","Action":"*","Resource":"*"}}""", "'allow'")]
    [InlineData(
        """{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},{"Principal":"*","Action":"*","Resource":"*"}]}""",
        "Statement[1].Effect is missing")]
    [InlineData("""{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}""", "neither Principal nor NotPrincipal")]
    [InlineData("""{"Statement":{"Effect":"Allow","Principal":"ann","Action":"*","Resource":"*"}}""", "'ann'")]
    [InlineData(
        """{"Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:user/*"},"Action":"*","Resource":"*"}}""",
        "without wildcards")]
    [InlineData("""{"Statement":{"Effect":"Allow","Principal":{"Service":"sns"},"Action":"*","Resource":"*"}}""", "'sns'")]
    [InlineData("""{"Statement":{"Effect":"Allow","Principal":{"User":"ann"},"Action":"*","Resource":"*"}}""", "Principal.User")]
    [InlineData("""{"Statement":{"Effect":"Allow","Principal":"*","Action":"Publish","Resource":"*"}}""", "'Publish'")]
    [InlineData(
        """{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","NotAction":"*","Resource":"*"}}""",
        "both Action and NotAction")]
    [InlineData("""{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"topic"}}""", "'topic'")]
    [InlineData("""{"Statement":{"Effect":"Allow","Principal":"*","Action":"*"}}""", "neither Resource nor NotResource")]
    [InlineData(
        """{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"StringIs":{"a:b":"c"}}}}""",
        "StringIs")]
    [InlineData(
        """{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"NullIfExists":{"a:b":"true"}}}}""",
        "NullIfExists")]
    [InlineData(
        """{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"NumericEquals":{"a:b":"c"}}}}""",
        "a number")]
    [InlineData(
        """{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"IpAddress":{"a:b":"1.2.3.4/99"}}}}""",
        "CIDR")]
    [InlineData("""{"Statement":{"Effect":"Allow","Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}}""", "not JSON")]
    [InlineData(
        """
        {"Statement":[{"Sid":"a","Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},
        {"Sid":"a","Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}
        """,
        "Sid 'a'")]
    public void A_malformed_policy_is_refused_by_what_is_wrong(string policy, string named)
    {
        var failure = Assert.Throws<AwsServiceException>(() => ResourcePolicy.Validate(policy));
        Assert.Equal("MalformedPolicy", failure.Code);
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wildcards_agree_with_the_regular_expression_that_says_the_same() =>
        Gen.Select(Gen.String[Gen.Char["ab*?"], 0, 8], Gen.String[Gen.Char["ab"], 0, 10])
            .Sample(
                (pattern, text) =>
                {
                    var regex =
                        "^"
                        + Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal)
                        + "$";
                    var policy =
                        $$$$"""
                        {"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*",
                        "Condition":{"StringLike":{"t:k":"{{{{pattern}}}}"} }}}
                        """;
                    var decision = ResourcePolicy.Evaluate(
                        policy,
                        new PolicyRequest("*", "a:b", Topic, new Dictionary<string, string> { ["t:k"] = text }));
                    return Regex.IsMatch(text, regex) == (decision == PolicyDecision.Allow);
                });

    [Fact]
    public void A_negated_operator_decides_the_opposite_whenever_the_key_is_there() =>
        Gen.Select(
                Gen.OneOfConst(
                    "StringEquals/StringNotEquals",
                    "StringLike/StringNotLike",
                    "StringEqualsIgnoreCase/StringNotEqualsIgnoreCase",
                    "ArnLike/ArnNotLike"),
                Gen.String[Gen.Char["aA*:"], 0, 4].List[1, 3],
                Gen.String[Gen.Char["aA"], 0, 4])
            .Sample(
                (pair, values, actual) =>
                {
                    var decisions = pair.Split('/')
                        .Select(name =>
                        {
                            var list = string.Join(",", values.Select(value => $"\"{value}\""));
                            var policy =
                                $$$$"""
                                {"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*",
                                "Condition":{"{{{{name}}}}":{"t:k":[{{{{list}}}}]} }}}
                                """;
                            return ResourcePolicy.Evaluate(
                                policy,
                                new PolicyRequest("*", "a:b", Topic, new Dictionary<string, string> { ["t:k"] = actual }));
                        })
                        .ToArray();
                    return decisions[0] != decisions[1];
                });

    [Fact]
    public void Order_of_statements_never_matters() =>
        Gen.Select(Gen.OneOfConst("Allow", "Deny"), Gen.OneOfConst("sns:Publish", "sns:*", "sqs:SendMessage"))
            .List[1, 5]
            .Sample(statements =>
            {
                var texts = statements
                    .Select(statement =>
                        $$$$"""{"Effect":"{{{{statement.Item1}}}}","Principal":"*","Action":"{{{{statement.Item2}}}}","Resource":"*"}""")
                    .ToList();
                var forward = ResourcePolicy.Evaluate($$$$"""{"Statement":[{{{{string.Join(",", texts)}}}}]}""", Publish("*", Bucket));
                texts.Reverse();
                var expected = statements
                    .Where(statement => statement.Item2 != "sqs:SendMessage")
                    .Select(statement => statement.Item1)
                    .ToHashSet() switch
                {
                    var effects when effects.Contains("Deny") => PolicyDecision.ExplicitDeny,
                    { Count: > 0 } => PolicyDecision.Allow,
                    _ => PolicyDecision.ImplicitDeny,
                };
                return forward == expected
                    && forward == ResourcePolicy.Evaluate($$$$"""{"Statement":[{{{{string.Join(",", texts)}}}}]}""", Publish("*", Bucket));
            });

    private static PolicyRequest Publish(string principal, string sourceArn, string account = "000000000000") =>
        new(
            principal,
            "sns:Publish",
            Topic,
            new Dictionary<string, string> { ["aws:SourceArn"] = sourceArn, ["aws:SourceAccount"] = account });
}
