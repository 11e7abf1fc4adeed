using ImageApp.LocalAws;
using ImageApp.LocalAws.Sns;
using ImageApp.LocalAws.Sqs;

namespace ImageApp.Tests.LocalAws.Sns;

public sealed class FilterPolicyTests
{
    [Theory]
    [InlineData("""{"kind":["a","b"]}""", "String", "b", true)]
    [InlineData("""{"kind":["a","b"]}""", "String", "c", false)]
    [InlineData("""{"kind":[5]}""", "Number", "5.0", true)]
    [InlineData("""{"kind":[5]}""", "String", "5", false)]
    [InlineData("""{"kind":[{"prefix":"im"}]}""", "String", "image", true)]
    [InlineData("""{"kind":[{"suffix":".jpg"}]}""", "String", "a.jpg", true)]
    [InlineData("""{"kind":[{"wildcard":"*.j?g"}]}""", "String", "a.jpg", false)]
    [InlineData("""{"kind":[{"wildcard":"a*g"}]}""", "String", "a.jpg", true)]
    [InlineData("""{"kind":[{"equals-ignore-case":"JPG"}]}""", "String", "jpg", true)]
    [InlineData("""{"kind":[{"anything-but":["a","b"]}]}""", "String", "c", true)]
    [InlineData("""{"kind":[{"anything-but":["a","b"]}]}""", "String", "b", false)]
    [InlineData("""{"kind":[{"anything-but":"a"}]}""", null, null, false)]
    [InlineData("""{"kind":[{"anything-but":{"prefix":"tmp"}}]}""", "String", "tmp1", false)]
    [InlineData("""{"kind":[{"anything-but":{"prefix":["tmp","x"]}}]}""", "String", "y", true)]
    [InlineData("""{"kind":[{"anything-but":{"suffix":".tmp"}}]}""", "String", "a.tmp", false)]
    [InlineData("""{"kind":[{"anything-but":{"suffix":".tmp"}}]}""", "String", "a.jpg", true)]
    [InlineData("""{"kind":[{"anything-but":{"wildcard":"*tmp*"}}]}""", "String", "a.tmp.b", false)]
    [InlineData("""{"kind":[{"anything-but":{"equals-ignore-case":["A","B"]}}]}""", "String", "b", false)]
    [InlineData("""{"kind":[{"anything-but":[5]}]}""", "Number", "5.0", false)]
    [InlineData("""{"kind":[{"anything-but":["a"]}]}""", "String.Array", """["a","b"]""", true)]
    [InlineData("""{"kind":[{"cidr":"2001:db8::/32"}]}""", "String", "2001:db8::1", true)]
    [InlineData("""{"kind":[{"cidr":"10.0.0.0/24"}]}""", "String", "10.0.1.9", false)]
    [InlineData("""{"kind":[{"numeric":[">",1,"<=",5]}]}""", "Number", "5", true)]
    [InlineData("""{"kind":[{"numeric":[">",1,"<=",5]}]}""", "Number", "1", false)]
    [InlineData("""{"kind":[{"numeric":["=",1e1]}]}""", "Number", "10", true)]
    [InlineData("""{"kind":[{"exists":true}]}""", "String", "x", true)]
    [InlineData("""{"kind":[{"exists":true}]}""", null, null, false)]
    [InlineData("""{"kind":[{"exists":false}]}""", null, null, true)]
    [InlineData("""{"kind":["b"]}""", "String.Array", """["a","b"]""", true)]
    [InlineData("""{"kind":[{"cidr":"10.0.0.0/24"}]}""", "String", "10.0.0.9", true)]
    [InlineData("""{"$or":[{"kind":["a"]},{"kind":["b"]}]}""", "String", "b", true)]
    [InlineData("""{"$or":[{"kind":["a"]},{"kind":["b"]}]}""", "String", "c", false)]
    public void Attributes_are_matched(string policy, string? type, string? value, bool matches)
    {
        var attributes = type is null
            ? new Dictionary<string, MessageAttribute>()
            : new Dictionary<string, MessageAttribute> { ["kind"] = new(type, value, null) };
        Assert.Equal(matches, FilterPolicy.Parse(policy, null).Matches("irrelevant", attributes));
    }

    [Theory]
    [InlineData("""{"a":{"b":[1]}}""", """{"a":{"b":1}}""", true)]
    [InlineData("""{"a":{"b":[1]}}""", """{"a":[{"b":2},{"b":1}]}""", true)]
    [InlineData("""{"a":{"b":[{"exists":false}]}}""", """{"a":{}}""", true)]
    [InlineData("""{"a":[null,true]}""", """{"a":null}""", true)]
    [InlineData("""{"a":[true]}""", """{"a":"true"}""", false)]
    [InlineData("""{"a":["x"],"b":["y"]}""", """{"a":"x"}""", false)]
    [InlineData("""{"a":["x"]}""", "no JSON", false)]
    public void Bodies_are_matched(string policy, string body, bool matches) =>
        Assert.Equal(matches, FilterPolicy.Parse(policy, FilterPolicy.BodyScope).Matches(body, new Dictionary<string, MessageAttribute>()));

    [Theory]
    [InlineData(150, 1, 1, false, true)]
    [InlineData(151, 1, 1, false, false)]
    [InlineData(15, 10, 1, false, true)]
    [InlineData(100, 51, 1, false, false)]
    [InlineData(4, 3, 3, true, true)]
    [InlineData(9, 6, 3, true, false)]
    public void A_policy_may_have_a_hundred_and_fifty_combinations(int first, int second, int depth, bool isBody, bool isAllowed)
    {
        // With a depth, the first values are nested so deep, and each level counts.
        string Values(int count) => $"[{string.Join(',', Enumerable.Range(0, count))}]";
        var nested = Enumerable.Range(1, depth - 1).Aggregate(Values(first), (inner, level) => $$"""{"n{{level}}":{{inner}}}""");
        var policy = $$"""{"a":{{nested}},"b":{{Values(second)}}}""";
        var parsed = Record.Exception(() => FilterPolicy.Parse(policy, isBody ? FilterPolicy.BodyScope : null));
        Assert.Equal(isAllowed ? null : "InvalidParameter", (parsed as AwsServiceException)?.Code);
        if (!isAllowed)
        {
            Assert.Contains("Filter policy is too complex", parsed!.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Alternatives_add_up()
    {
        static string Policy(int ids) =>
            $$"""
            {"source":["1","2","3","4"],"$or":[{"name":["1","2","3","4","5","6"]},
            {"type":["1","2","3","4"],"$or":[{"id":[1,2,3,4]},{"space":[{{string.Join(',', Enumerable.Range(0, ids))}}]}]}]}
            """;
        FilterPolicy.Parse(Policy(3), null); // 24 + 64 + 48
        var failure = Assert.Throws<AwsServiceException>(() => FilterPolicy.Parse(Policy(4), null)); // 24 + 64 + 64
        Assert.Contains("152", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "object")]
    [InlineData("{", "failed to parse JSON")]
    [InlineData("""{"a":[]}""", "Empty arrays are not allowed")]
    [InlineData("""{"a":"x"}""", "\"a\" must be an object or an array")]
    [InlineData("""{"a":[["x"]]}""", "Match value must be")]
    [InlineData("""{"a":[{"suffix":100}]}""", "suffix match pattern must be a string")]
    [InlineData("""{"a":[{"cidr":"10.0.0.0"}]}""", "Malformed CIDR")]
    [InlineData("""{"a":[{"numeric":[">",3,"<",1]}]}""", "numeric")]
    [InlineData("""{"a":[{"numeric":["<",1,">",3]}]}""", "numeric")]
    [InlineData("""{"a":[{"anything-but":{"exists":false}}]}""", "Unsupported anything-but pattern")]
    [InlineData("""{"$or":[{"a":["x"]}]}""", "at least two")]
    [InlineData("""{"a":[1],"b":[1],"c":[1],"d":[1],"e":[1],"f":[1]}""", "can not have more than 5 keys")]
    [InlineData("""{"a":{"b":["x"]}}""", "MessageBody")]
    [InlineData("""{"a":[{"like":"x"}]}""", "Unrecognized match type like")]
    [InlineData("""{"a":[{"numeric":["~",1]}]}""", "'numeric'")]
    [InlineData("""{"a":[{"prefix":"x","suffix":"y"}]}""", "Only one key allowed")]
    [InlineData("""{"a":[{"exists":"yes"}]}""", "'exists'")]
    public void A_malformed_policy_is_refused_by_what_is_wrong(string policy, string named)
    {
        var failure = Assert.Throws<AwsServiceException>(() => FilterPolicy.Parse(policy, null));
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
    }
}
