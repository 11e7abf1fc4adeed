using System.Text;
using System.Text.Json;
using ImageApp.Core.Formats;
using ImageApp.FunctionDefaults;
using ImageApp.Imaging;
using ImageApp.LocalAws;
using ImageApp.LocalAws.CloudFormation;
using ImageApp.LocalAws.CloudFormation.Templates;
using ImageApp.LocalAws.Policies;
using ImageApp.LocalAws.Protocols;
using ImageApp.LocalAws.S3;
using ImageApp.LocalAws.Signing;
using ImageApp.LocalAws.Sns;
using ImageApp.Tests.LocalAws.CloudFormation;
using ImageApp.Web.Sharing.Stripping;
using Microsoft.AspNetCore.Http;

namespace ImageApp.Tests.Fuzzing;

/// <summary>The faults that broken inputs have found, one by one.</summary>
public sealed class FoundFaultsTests
{
    private static readonly ResourceTypes Types = new([new FileHandler(), new FolderHandler()]);
    private static readonly PseudoParameters Pseudo = new("123456789012", "us-east-1", "stack", "arn:stack", []);

    [Fact]
    public void Boxes_nested_without_end_do_not_exhaust_the_stack()
    {
        Assert.Null(HeifCoding.Read(new MemoryStream(HeifFile.Nested(130_000))).Codec);
        Assert.Equal(HeifCoding.Av1, HeifCoding.Read(new MemoryStream(HeifFile.Picture(16, 16))).Codec);
    }

    [Fact]
    public void A_jpeg_with_a_million_frames_tables_or_scans_is_given_up()
    {
        var right = JpegFile.Right().Last();
        Assert.True(JpegScans.AreComplete(right));
        var segments = Pieces.Of(right);
        foreach (var marker in new byte[] { 0xC2, 0xC4, 0xDA })
        {
            var segment = segments.First(piece => right[piece.Start + 1] == marker);
            var part = right[segment.Start..segment.End];
            byte[] endless = [.. right[..segment.Start], .. Enumerable.Repeat(part, 1_000_000 / part.Length).SelectMany(one => one),
                .. right[segment.Start..]];
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.False(JpegScans.AreComplete(endless));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
        }
    }

    [Fact]
    public void A_webp_whose_features_have_no_length_is_refused()
    {
        byte[] file = [.. "RIFF"u8, 14, 0, 0, 0, .. "WEBPVP8X"u8, 0, 0, 0, 0, 0, 0];
        Assert.Throws<InvalidDataException>(() => OriginalStripping.Find(ImageFormat.WebP)!(new MemoryStream(file), new MemoryStream()));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"Records":null}""")]
    [InlineData("""{"Records":[null]}""")]
    [InlineData("""{"Records":[{"Sns":null}]}""")]
    [InlineData("""{"Records":[{"Sns":{"Message":null}}]}""")]
    public void An_event_without_messages_is_read_as_empty_or_refused_in_words(string json)
    {
        var input = JsonSerializer.Deserialize(json, FunctionJson.Default.SNSEvent);
        if (json == "{}")
        {
            Assert.Empty(FunctionHandler.MessagesOf(input));
            return;
        }

        Assert.Contains("SNS event", Assert.Throws<FormatException>(() => FunctionHandler.MessagesOf(input)).Message);
    }

    [Theory]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("""{"\udc00":1}""")]
    [InlineData("""{"a":1,"a":2}""")]
    public void Json_that_has_a_name_twice_or_half_a_character_is_refused_at_once(string json)
    {
        Assert.ThrowsAny<JsonException>(() => JsonText.Parse(json));
        Assert.ThrowsAny<JsonException>(() => JsonText.Parse(Encoding.UTF8.GetBytes(json)));
        Assert.Throws<AwsServiceException>(() => FilterPolicy.Parse(json, null));
        Assert.Throws<AwsServiceException>(() => PolicyDocument.Parse(json));
        Assert.Throws<AwsServiceException>(() => TemplateReader.Read(json));
        Assert.Throws<AwsServiceException>(() => AwsJson.Read(
            new AwsRequest(new DefaultHttpContext(), "r", null, Encoding.UTF8.GetBytes(json))));
    }

    [Theory]
    [InlineData("&#xD800;")]
    [InlineData("&#xDC00;a")]
    public void A_document_with_half_a_character_is_malformed_and_the_refusal_can_be_written(string text)
    {
        foreach (var document in new[] { $"<Tagging><a>{text}</a></Tagging>", $"<Tagging a=\"{text}\"/>" })
        {
            var refusal = Assert.Throws<AwsServiceException>(() => S3Xml.Parse(Encoding.UTF8.GetBytes(document), "Tagging"));
            Assert.Equal("MalformedXML", refusal.Code);
            Assert.Contains("Unicode", S3Xml.Element("Message", refusal.Message).ToString());
        }
    }

    [Fact]
    public void A_template_that_is_cut_anywhere_or_has_a_byte_that_is_none_is_read_or_refused()
    {
        for (var length = 0; length < TemplateText.Yaml.Length; length++)
        {
            foreach (var text in new[] { TemplateText.Yaml[..length], $"{TemplateText.Yaml[..length]}\0" })
            {
                try
                {
                    _ = TemplateReader.Read(text);
                }
                catch (AwsServiceException e)
                {
                    Assert.Equal("ValidationError", e.Code);
                }
            }
        }
    }

    [Fact]
    public void An_authorization_with_a_field_twice_is_malformed()
    {
        var request = new DefaultHttpContext().Request;
        request.Headers.Authorization =
            "AWS4-HMAC-SHA256 Credential=a/20261129/r/s3/aws4_request, Credential=b/20261129/r/s3/aws4_request, SignedHeaders=host, Signature=0";
        request.Headers["x-amz-date"] = "20261129T000000Z";
        Assert.Equal(SignatureFailure.Malformed, Assert.Throws<SignatureException>(() => SignatureClaim.Parse(request)).Failure);
    }

    [Fact]
    public void A_member_with_two_numbers_that_are_the_same_is_refused()
    {
        var query = new QueryRequest(
            new Dictionary<string, string> { ["Tags.member.1.Key"] = "a", ["Tags.member.01.Key"] = "b" }, "InvalidParameter");
        Assert.Contains("Tags.member.01.Key", Assert.Throws<AwsServiceException>(() => query.Records("Tags")).Message);
    }

    [Theory]
    [InlineData("A: !Equals [!If [A, x, y], x]", "Circular")]
    [InlineData("A: !Equals [!If [B, x, y], x]\n  B: !Condition A", "Circular")]
    [InlineData("A: !Equals [!If [Nobody, x, y], x]", "Nobody")]
    public void A_condition_that_asks_itself_by_a_function_is_refused(string conditions, string expected)
    {
        var template = $$"""
            Conditions:
              {{conditions}}
            Resources:
              Folder: { Type: "Test::Files::Folder", Properties: { Path: /tmp } }
            """;
        Assert.Contains(expected, Refusal(template));
    }

    [Theory]
    [InlineData("(?x)a#", "is not a regular expression")]
    [InlineData("a)|(b", "is not a regular expression")]
    [InlineData("(a+)+b", "cannot be matched")]
    public void A_pattern_that_cannot_be_used_is_refused(string pattern, string expected)
    {
        var template = $$"""
            Parameters:
              P: { Type: String, AllowedPattern: "{{pattern}}", Default: "{{new string('a', 60)}}" }
            Resources:
              Folder: { Type: "Test::Files::Folder", Properties: { Path: /tmp } }
            """;
        Assert.Contains(expected, Refusal(template));
    }

    private static string Refusal(string template) => Assert.Throws<AwsServiceException>(
        () => BoundTemplate.Bind(TemplateParser.Parse(template, Types), new Dictionary<string, string>(), Pseudo)).Message;
}
