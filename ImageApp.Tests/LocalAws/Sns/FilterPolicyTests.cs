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
    [InlineData("[]", "object")]
    [InlineData("{", "not JSON")]
    [InlineData("""{"a":[]}""", "\"a\"")]
    [InlineData("""{"a":{"b":["x"]}}""", "MessageBody")]
    [InlineData("""{"a":[{"like":"x"}]}""", "'like'")]
    [InlineData("""{"a":[{"numeric":["~",1]}]}""", "'numeric'")]
    [InlineData("""{"a":[{"prefix":"x","suffix":"y"}]}""", "2 keys")]
    [InlineData("""{"a":[{"exists":"yes"}]}""", "'exists'")]
    public void A_malformed_policy_is_refused_by_what_is_wrong(string policy, string named)
    {
        var failure = Assert.Throws<AwsServiceException>(() => FilterPolicy.Parse(policy, null));
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
    }
}
