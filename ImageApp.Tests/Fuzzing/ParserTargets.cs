using System.Buffers;
using System.Text;
using System.Text.Json;
using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Formats;
using ImageApp.Core.Text;
using ImageApp.FunctionDefaults;
using ImageApp.FunctionDefaults.Events;
using ImageApp.Imaging;
using ImageApp.LocalAws;
using ImageApp.LocalAws.CloudFormation;
using ImageApp.LocalAws.CloudFormation.Templates;
using ImageApp.LocalAws.Policies;
using ImageApp.LocalAws.Protocols;
using ImageApp.LocalAws.S3;
using ImageApp.LocalAws.S3.Configuration;
using ImageApp.LocalAws.Signing;
using ImageApp.LocalAws.Sns;
using ImageApp.LocalAws.Sqs;
using ImageApp.Tests.Functions;
using ImageApp.Tests.LocalAws.CloudFormation;
using ImageApp.Web.Sharing.Stripping;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ImageApp.Tests.Fuzzing;

/// <summary>Everything here that reads what others wrote.</summary>
internal static class ParserTargets
{
    private static readonly LocalAwsOptions Options = new() { DataDirectory = "none" };

    private static readonly ResourceTypes Types = new([new FileHandler(), new FolderHandler()]);

    private static readonly PseudoParameters Pseudo = new("123456789012", "us-east-1", "stack", "arn:aws:cloudformation:::stack", []);

    private static readonly string[] JsonWords =
    [
        "\"", "{", "}", "[", "]", ",", ":", "null", "true", "1e999", "-0", "99999999999999999999", "\"\\ud800\"", "\"\\u0000\"", "{}", "[]",
        "\"a\":1,\"a\":2", "\\", "\uFEFF", "😀",
    ];

    /// <summary>By name.</summary>
    public static IReadOnlyDictionary<string, FuzzTarget> All { get; } = Make().ToDictionary(target => target.Name);

    private static IEnumerable<FuzzTarget> Make() => [.. Pictures(), .. Texts(), .. Events(), .. Requests(), .. Documents()];

    private static IEnumerable<FuzzTarget> Pictures()
    {
        yield return new("First bytes of a file", ImageCorpus.All, input =>
        {
            var start = input.AsSpan(0, Math.Min(input.Length, ImageFormat.SniffLength));
            _ = ImageFormat.TrySniff(start);
            _ = RefusedFormat.SentenceFor(start);
        })
        {
            Words =
            [
                "ftypheic", "ftypavif", "ftypmif1", "GIF89a", "RIFF", "WEBP", "II*\0", "MM\0*", "<svg", "%PDF", "PK\u0003\u0004", "CgBI",
            ],
        };
        yield return new("JPEG markers", ImageCorpus.Of(ImageFormat.Jpeg), input => Counted(input, 4, file =>
        {
            var frame = JpegFrame.Read(file);
            _ = frame?.Unsupported;
            _ = frame?.CoefficientBytes;
        }));
        yield return new("JPEG scans", ImageCorpus.Of(ImageFormat.Jpeg), input => _ = JpegScans.AreComplete(input))
        {
            // Eight tables, and a bit of each coefficient of 128 megapixels.
            AllowedBytes = 80 * 1024 * 1024,
        };
        yield return new("JPEG at an eighth", ImageCorpus.Of(ImageFormat.Jpeg), input => _ = JpegEighth.Of(input))
        {
            // What is written of a picture of 65,535 x 65,535 pixels without a coefficient.
            AllowedBytes = 4 * 1024 * 1024,
        };
        yield return new("PNG animation", ImageCorpus.Of(ImageFormat.Png), input => Counted(input, 4, file => _ = PngAnimation.Read(file)));
        yield return new("HEIF boxes", [.. ImageCorpus.Of(ImageFormat.Heic), .. ImageCorpus.Of(ImageFormat.Avif)], input =>
            Counted(input, 4, file => _ = HeifCoding.Read(file)))
        {
            Words = ["meta", "iprp", "ipco", "ispe", "hvcC", "av1C", "\0\0\0\0iprp", "\0\0\0\bipco", "\0\0\0\u0001"],
            AllowedBytes = 2 * 1024 * 1024,
        };
        yield return new("EXIF", [ExifBlocks.PointingAtItself, ExifBlocks.OfExtremes], ReadExif)
        {
            Words = ["II*\0", "MM\0*", "Exif\0\0", "UNICODE\0", "ASCII\0\0\0", "JIS\0", "2024:05:17 10:11:12\0", "+02:00\0"],
        };
        foreach (var format in new[] { ImageFormat.Jpeg, ImageFormat.Png, ImageFormat.Gif, ImageFormat.WebP })
        {
            yield return new($"{format.Name} without its metadata", ImageCorpus.Of(format), input => Counted(input, 6, file =>
            {
                using var target = new MemoryStream();
                OriginalStripping.Find(format)!(file, target);
                Assert.True(target.Length <= input.Length + 200, $"{target.Length} bytes were made of {input.Length}.");
            }), typeof(InvalidDataException), typeof(EndOfStreamException))
            {
                AllowedBytes = 4 * 1024 * 1024,
            };
        }
    }

    private static IEnumerable<FuzzTarget> Texts()
    {
        yield return new("Search terms", Utf8("red boat", "\"a phrase\" and more", "日本の桜 café", "a* -b +c %_\\"), input =>
        {
            var terms = SearchTerms.Parse(Text(input));
            _ = terms?.FindsIn(Text(input)[..Math.Min(input.Length / 4, 200)]);
        })
        {
            Words = ["\"", "“", "”", "\u0301", "\u0316", "桜", "ﬁ", "ⅷ", "가", "\u1100", "😀", "\u200D", "%", "_", "\\", " "],
            AllowedBytesPerByte = 20_000,
        };
        yield return new("Cursors", Utf8(new PageCursor(1_700_000_000_000, 5).ToString(), new PageCursor(0, long.MaxValue).ToString()),
            input =>
            {
                if (PageCursor.TryParse(Text(input), out var cursor))
                {
                    _ = DateTime.UnixEpoch.AddMilliseconds(cursor.At);
                    Assert.True(PageCursor.TryParse(cursor.ToString(), out var again) && again == cursor);
                }
            })
        {
            Words = ["LTEuLTE", "OTIyMzM3MjAzNjg1NDc3NTgwNy4x", "LQ", "Lg", "=", "-"],
        };
        var names = Utf8("a.jpg", "../../etc/passwd", "A caption.\nOf two lines.", "ä\u0301\u202E.exe");
        yield return new("File names and captions", names, input =>
        {
            var text = Text(input);
            Assert.InRange(PlainText.FileName(text).Length, 1, PlainText.MaxFileNameLength);
            _ = PlainText.Shorten(PlainText.Paragraph(text), 100);
            _ = TextNormalization.FormKD(text);
        })
        {
            Words = ["\u0301", "\u0316", "\u0345", "가", "\u1100", "\u1161", "/", "\\", ".", "\0", "\u202E", "ﷺ", "😀"],
            AllowedBytesPerByte = 5_000,
        };
    }

    private static IEnumerable<FuzzTarget> Events()
    {
        var envelope = FunctionPipeline.Event("images/ä b.jpg");
        var record = (string)System.Text.Json.Nodes.JsonNode.Parse(envelope)!["Records"]![0]!["Sns"]!["Message"]!;
        yield return new("S3 event records", Utf8(record, """{"Service":"Amazon S3","Event":"s3:TestEvent"}"""), input =>
            S3EventNotification.Parse(Text(input)), typeof(FormatException))
        {
            Words = [.. JsonWords, "Records", "eventTime", "\"key\":\"%\"", "%zz", "%c3%28", "+"],
        };
        yield return new("SNS events of a function", Utf8(envelope), input =>
            FunctionHandler.MessagesOf(JsonSerializer.Deserialize(input, FunctionJson.Default.SNSEvent)),
            typeof(JsonException), typeof(FormatException))
        {
            Words = [.. JsonWords, "\"Sns\":null", "\"Records\":null", "\"Records\":[null]"],
        };
        yield return new("X-Ray trace headers", Utf8("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"), input =>
            StepTelemetry.ParseXRay(Text(input)))
        {
            Words = ["Root=", "Parent=", "Sampled=", ";", "=", "-", "00000000000000000000000000000000"],
        };
        yield return new("Failed invocations", Utf8(envelope, """{"requestPayload":{},"requestContext":{"functionArn":"a:b:c:d:e:f:g"}}"""),
            input => FailedInvocation.Parse(Text(input)))
        {
            Words = [.. JsonWords, "requestPayload", "\"Type\":\"Notification\"", "SigningCertURL"],
        };
    }

    private static IEnumerable<FuzzTarget> Requests()
    {
        yield return new("Chunked bodies", Utf8(
            "5;chunk-signature=00\r\nhello\r\n0;chunk-signature=00\r\n\r\n",
            "3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"), input =>
            {
                ReadChunked(input, signed: false);
                ReadChunked(input, signed: true);
            }, typeof(AwsServiceException), typeof(SignatureException))
        {
            Words =
            [
                "\r\n", "0\r\n", "7fffffffffffffff\r\n", "ffffffffffffffff\r\n", ";chunk-signature=", ":",
                "x-amz-trailer-signature:00\r\n",
            ],
        };
        yield return new("Signatures", Utf8(
            "/b/k?x=1\nauthorization: AWS4-HMAC-SHA256 Credential=local/20261129/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, "
            + "Signature=00\nhost: 127.0.0.1\nx-amz-date: 20261129T000000Z\nx-amz-content-sha256: UNSIGNED-PAYLOAD",
            "/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=local%2F20261129%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date="
            + "20261129T000000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature=00\nhost: 127.0.0.1"), ReadSignature,
            typeof(SignatureException))
        {
            Words =
            [
                "Credential=", "SignedHeaders=", "Signature=", ",", ";", "/", "host", "&X-Amz-Signature=", "X-Amz-Expires=604800", "%", "%2F",
                "99991231T235959Z", "00010101T000000Z", "20261129", "us-east-1", "s3", "aws4_request", "local", "\u00E9", "..", "x-amz-a: b",
            ],
        };
        yield return new("Query requests", Utf8(
            "Action=Publish&TopicArn=a&Message=b&Tags.member.1.Key=c&Tags.member.1.Value=d&Attributes.entry.1.key=e&Attributes.entry.1.value=f",
            "Action=CreateStack&NotificationARNs.member.1=x&NotificationARNs.member.2=y&DisableRollback=true"), ReadQuery,
            typeof(AwsServiceException))
        {
            Words = ["&", "=", ".member.", ".entry.", ".1.", ".01.", ".0.", ".-1.", ".99999999999.", "%00", "+", "Tags.member.1.Key=x&"],
        };
        yield return new("SQS requests", Utf8(
            """
            {"QueueUrl":"http://127.0.0.1/1/q","MaxNumberOfMessages":3,"AttributeNames":["All"],"Attributes":{"a":"b"},
            "MessageAttributes":{"x":{"DataType":"String","StringValue":"y"}},"Entries":[{"Id":"1","MessageBody":"m"}]}
            """), ReadSqs, typeof(AwsServiceException))
        {
            Words = [.. JsonWords, "Entries", "BinaryValue", "DataType", "2147483648"],
        };
        yield return new("Policies of forms", Utf8(
            """
            {"expiration":"2030-01-01T00:00:00.000Z","conditions":[{"bucket":"b"},["starts-with","$key","images/"],["eq","$acl","private"],
            ["content-length-range",1,"1000"]]}
            """), input => PostPolicy.Parse(Convert.ToBase64String(input)), typeof(AwsServiceException))
        {
            Words = [.. JsonWords, "expiration", "conditions", "content-length-range", "starts-with", "$key", "99999999999999999999"],
        };
        yield return new("Forms", Utf8(
            "--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\na/${filename}\r\n--b\r\nContent-Disposition: form-data; "
            + "name=\"file\"; filename=\"C:\\x.png\"\r\nContent-Type: image/png\r\n\r\nbytes\r\n--b--\r\n"), input =>
        {
            using var body = new MemoryStream(input);
            var form = PostForm.ReadAsync(body, "b", CancellationToken.None).GetAwaiter().GetResult();
            _ = form.Key;
            form.File.CopyTo(Stream.Null);
        },
            typeof(AwsServiceException), typeof(IOException))
        {
            Words = ["--b\r\n", "--b--", "\r\n\r\n", "name=", "filename*=utf-8''%00", "Content-Disposition:", "${filename}", ";"],
        };
        yield return new("SQS requests of the Query protocol", Utf8(
            "Action=SendMessage&QueueUrl=q&MessageBody=b&MessageAttribute.1.Name=n&MessageAttribute.1.Value.DataType=String"
                + "&MessageAttribute.1.Value.StringValue=s&DelaySeconds=5",
            "Action=CreateQueue&Attribute.1.Name=a&Attribute.1.Value=b&Tag.1.Key=c&Tag.1.Value=d&AttributeName.1=All",
            "Action=SendMessageBatch&SendMessageBatchRequestEntry.1.Id=i&SendMessageBatchRequestEntry.1.MessageAttribute.1.Name=n"),
            ReadSqsQuery,
            typeof(AwsServiceException))
        {
            Words = ["&", "=", ".1.", ".01.", ".-1.", ".99999999999.", "Value.", "Name", "SendMessageBatchRequestEntry.1.", "Attribute."],
        };
        yield return new("SQS receipt handles", Utf8(ReceiptHandle.Create("arn:aws:sqs:us-east-1:1:q", "id")), input =>
            _ = ReceiptHandle.MessageIdOf(Text(input), "arn:aws:sqs:us-east-1:1:q"), typeof(AwsServiceException))
        {
            Words = ["=", "=="],
        };
        var addresses = Utf8("/bucket/a/b%20c?x", "bytes=0-9", "bytes=-5", "/b/k?versionId=null", "%2Fb%2Fk");
        yield return new("S3 addresses and ranges", addresses, input =>
        {
            var text = Text(input);
            foreach (var read in new Action[]
            {
                () => S3Address.Parse(text.Length == 0 ? "/" : text), () => CopySource.Parse(text),
                () => S3Address.Parse(text, "us-east-1", "/k"), () => TagSet.ParseHeader(text),
                () => S3Address.RequireBucketName(text), () => ByteRange.Parse(text, 10),
            })
            {
                try
                {
                    read();
                }
                catch (AwsServiceException)
                {
                    // Refused by one, and read by the next.
                }
            }
        })
        {
            Words = ["bytes=", "-", "9223372036854775807", "9223372036854775808", "%", "%FF", "..", "?versionId=", "/"],
        };
    }

    private static IEnumerable<FuzzTarget> Documents()
    {
        string[] templateWords =
        [
            "!Ref ", "!Sub ", "!GetAtt ", "!If ", "!Join ", "!Select ", "!Cidr ", "!FindInMap ", "!Equals ", "!Condition ", "!Base64 ", "Fn::If",
            "Fn::Equals", "Fn::Transform", "Condition", "*a", "&a ", "<<: ", "- ", "? ", "|\n", ">-\n", "---\n", "...\n", "{{resolve:", "${", "}",
            "AllowedPattern: \"(a+)+$\"", "AllowedPattern: \"(?x)#\"", "1", "-1", "99999999999", "~", "!!binary ", "%TAG ! tag:a,2000:\n", "\t",
        ];
        yield return new("Templates in YAML", Utf8(TemplateText.Yaml), ReadTemplate, typeof(AwsServiceException))
        {
            Words = templateWords,
            AllowedBytes = 16 * 1024 * 1024,
            AllowedBytesPerByte = 20_000,
        };
        yield return new("Templates in JSON", Utf8(TemplateReader.Read(TemplateText.Yaml).ToJsonString()), ReadTemplate,
            typeof(AwsServiceException))
        {
            Words =
            [
                .. JsonWords,
                .. templateWords.Select(word => $"\"{word.Trim('!', ' ').Replace("\"", "", StringComparison.Ordinal)}\""),
            ],
            AllowedBytes = 16 * 1024 * 1024,
            AllowedBytesPerByte = 20_000,
        };
        yield return new("Resource policies", Utf8(
            """
            {"Version":"2012-10-17","Id":"i","Statement":[{"Sid":"s","Effect":"Allow","Principal":{"AWS":["123456789012","*"],
            "Service":"sns.amazonaws.com"},"Action":["sns:Publish","s3:*"],"Resource":["arn:aws:sns:us-east-1:123456789012:t?${aws:SourceArn}*"],
            "Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::*"},"NumericLessThan":{"a":5},"IpAddress":{"aws:SourceIp":"10.0.0.0/8"},
            "ForAnyValue:StringLikeIfExists":{"k":["a*","?b"]},"DateGreaterThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}}]}
            """), ReadPolicy, typeof(AwsServiceException))
        {
            Words =
            [
                .. JsonWords, "NotPrincipal", "NotAction", "NotResource", "${aws:SourceArn}", "${", "*", "?", "Null", "Bool", "IpAddress",
            ],
            AllowedBytesPerByte = 5_000,
        };
        yield return new("SNS filter policies", Utf8(
            """
            {"a":["x",{"prefix":"p"},{"anything-but":["q"]},{"numeric":[">",1,"<=",5]},{"exists":true},{"cidr":"10.0.0.0/8"}],
            "$or":[{"b":[{"wildcard":"*w*"}]},{"c":[{"suffix":"s"},null,1.5]}],"d":{"e":[{"equals-ignore-case":"F"}]}}
            """), ReadFilter, typeof(AwsServiceException))
        {
            Words = [.. JsonWords, "$or", "prefix", "numeric", "anything-but", "exists", "cidr", "wildcard", "\">=\""],
            AllowedBytesPerByte = 5_000,
        };
        yield return new("Delivery and redrive policies", Utf8(
            """{"healthyRetryPolicy":{"numRetries":5,"minDelayTarget":1,"maxDelayTarget":9,"backoffFunction":"geometric"}}""",
            """{"http":{"defaultHealthyRetryPolicy":{"numRetries":5,"numNoDelayRetries":2}}}""",
            """{"redrivePermission":"byQueue","sourceQueueArns":["arn:aws:sqs:us-east-1:1:q"]}""",
            """{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:1:q","maxReceiveCount":"5"}"""), input =>
            {
                var text = Text(input);
                _ = Try(() => HttpDeliveryPolicy.ParseTopics(text)) ?? Try(() => HttpDeliveryPolicy.ParseSubscriptions(text));
                _ = Try(() => SubscriptionAttributes.DeadLetterTarget(text));
                _ = Try(() => RedriveAllowPolicy.Parse(text));
                RedrivePolicy.Parse(text);
            }, typeof(AwsServiceException))
        {
            Words = [.. JsonWords, "numRetries", "backoffFunction", "maxReceiveCount"],
        };
        yield return new("S3 documents in XML", Utf8(XmlText.All), ReadXml, typeof(AwsServiceException))
        {
            Words =
            [
                "<", ">", "</", "/>", "<![CDATA[", "]]>", "<!--", "-->", "<?x?>", "&amp;", "&#0;", "&#xD800;", "&#x110000;", "&x;", "xmlns=\"\"",
                "<!DOCTYPE a [<!ENTITY x \"y\">]>", "<?xml version=\"1.0\" encoding=\"utf-32\"?>", "<?xml version=\"1.1\"?>", "\uFEFF", "\0",
            ],
            AllowedBytesPerByte = 5_000,
        };
    }

    private static T? Try<T>(Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (AwsServiceException)
        {
            return null;
        }
    }

    private static byte[][] Utf8(params string[] texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];

    private static string Text(byte[] input) => Encoding.UTF8.GetString(input);

    // Reads are counted: whoever goes back and forth without end is found by them and not by a clock.
    private static void Counted(byte[] input, int times, Action<Stream> read)
    {
        using var file = new CountedStream(input, ((long)input.Length + 64) * times);
        read(file);
    }

    private static void ReadExif(byte[] input)
    {
        if (ExifReader.Open(input) is not { } exif)
        {
            return;
        }

        foreach (var directory in Enum.GetValues<ExifReader.Directory>())
        {
            foreach (var tag in new ushort[] { 1, 2, 3, 4, 5, 6, 0x010F, 0x0110, 0x829A, 0x8827, 0x9003, 0x9011, 0x9286, 0xA405 })
            {
                _ = exif.Text(directory, tag);
                _ = exif.TextWithCharacterSet(directory, tag);
                _ = exif.Number(directory, tag);
                _ = exif.Rational(directory, tag);
                _ = exif.Time(directory, tag);
                _ = exif.Offset(directory, tag);
            }
        }

        if (GeoPosition.Read(exif) is { } place)
        {
            Assert.InRange(place.Latitude, -90, 90);
            Assert.InRange(place.Longitude, -180, 180);
        }
    }

    private static void ReadChunked(byte[] input, bool signed)
    {
        var request = new DefaultHttpContext().Request;
        request.Body = new MemoryStream(input);
        request.Headers["x-amz-content-sha256"] = PayloadHashes.StreamingUnsignedTrailer;
        var scope = new CredentialScope("20261129", "us-east-1", "s3");
        using var body = new AwsChunkedStream(request, signed
            ? new RequestSignature(
                    "local", scope, "20261129T000000Z", new byte[32], "00", PayloadHashes.StreamingSigned, IsPresigned: false)
            : null);
        var buffer = ArrayPool<byte>.Shared.Rent(4096);
        long total = 0;

        // Nothing here waits: the body is in memory.
        for (int count; (count = body.ReadAsync(buffer).AsTask().GetAwaiter().GetResult()) > 0;)
        {
            total += count;
            Assert.True(total <= input.Length, "More comes out than went in.");
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }

    private static void ReadSignature(byte[] input)
    {
        var lines = Text(input).Split('\n');
        var context = new DefaultHttpContext();
        var question = lines[0].IndexOf('?', StringComparison.Ordinal);
        context.Request.Method = "GET";
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = lines[0].Length == 0 ? "/" : lines[0];
        context.Request.QueryString = question < 0 ? QueryString.Empty : new QueryString(lines[0][question..]);
        foreach (var line in lines.Skip(1).Select(line => line.Split(':', 2)).Where(line => line.Length == 2 && line[0].Trim().Length > 0))
        {
            context.Request.Headers.Append(line[0].Trim(), line[1].Trim());
        }

        if (SignatureClaim.Parse(context.Request) is { } claim)
        {
            var time = new ShiftedTime();
            _ = new SignatureVerifier(Options, time).VerifyStreaming(context, claim);
        }
    }

    private static void ReadQuery(byte[] input)
    {
        var context = new DefaultHttpContext();
        context.Request.ContentType = "application/x-www-form-urlencoded";
        var query = QueryRequest.Read(new AwsRequest(context, "r", null, input), "InvalidParameter");
        _ = query.Action;
        _ = query.Map("Attributes");
        _ = query.Records("Tags").Select(tag => tag.Required("Key")).Count();
        _ = query.List("NotificationARNs");
        _ = query.Flag("DisableRollback");
    }

    private static void ReadSqs(byte[] input)
    {
        var parameters = AwsJson.Read(new AwsRequest(new DefaultHttpContext(), "r", null, input));
        var request = new SqsRequest(parameters);
        _ = request.Required("QueueUrl");
        _ = request.Number("MaxNumberOfMessages", 1, 10);
        _ = request.Texts("AttributeNames");
        _ = request.Map("Attributes");
        _ = request.MessageAttributes("MessageAttributes");
        _ = request.Entries().Select(entry => entry.Required("Id")).Count();
        _ = parameters.ToJsonString();
    }

    private static void ReadSqsQuery(byte[] input)
    {
        var context = new DefaultHttpContext();
        context.Request.ContentType = "application/x-www-form-urlencoded";
        var parameters = SqsQuery.Parameters(QueryRequest.Read(new AwsRequest(context, "r", null, input), "InvalidParameterValue"), "/1/q");
        var request = new SqsRequest(parameters);
        _ = request.Required("QueueUrl");
        _ = request.Map("Attributes");
        _ = request.MessageAttributes("MessageAttributes");
    }

    private static void ReadTemplate(byte[] input)
    {
        var references = new FuzzedReferences();
        var template = TemplateParser.Parse(Text(input), Types);
        var bound = BoundTemplate.Bind(template, new Dictionary<string, string>(), Pseudo);
        foreach (var resource in bound.Resources)
        {
            _ = bound.Resolve(resource.Properties, references)?.ToJsonString();
        }

        foreach (var output in bound.Outputs)
        {
            _ = bound.ResolveText(output.Value, references, "an output");
        }
    }

    private static void ReadPolicy(byte[] input)
    {
        var request = new PolicyRequest(
            "sns.amazonaws.com", "sns:Publish", "arn:aws:sns:us-east-1:123456789012:topic",
            new Dictionary<string, string>
            {
                ["aws:SourceArn"] = "arn:aws:s3:::bucket",
                ["aws:SourceIp"] = "10.1.2.3",
                ["k"] = "ab",
                ["a"] = "4",
            });
        var context = new RequestContext(request);
        foreach (var statement in PolicyDocument.Parse(Text(input)).Statements)
        {
            _ = statement.Matches(request, context);
        }
    }

    private static void ReadFilter(byte[] input)
    {
        foreach (var scope in new[] { FilterPolicy.AttributesScope, FilterPolicy.BodyScope })
        {
            var policy = Try(() => FilterPolicy.Parse(Text(input), scope));
            _ = policy?.Matches(Text(input), new Dictionary<string, MessageAttribute>
            {
                ["a"] = new("String.Array", Text(input), null),
                ["c"] = new("Number", "1.5", null),
            });
            _ = policy?.Matches("""{"a":["x",10,null],"b":"awb","c":1.50,"d":{"e":"f"}}""", new Dictionary<string, MessageAttribute>());
        }
    }

    private static void ReadXml(byte[] input)
    {
        foreach (var (root, read) in new (string, Action<System.Xml.Linq.XElement>)[]
        {
            ("CORSConfiguration", element => CorsRule.Parse(element)),
            ("LifecycleConfiguration", element => LifecycleRule.Parse(element)),
            ("NotificationConfiguration", element => NotificationConfiguration.Parse(element)),
            ("Tagging", element => TagSet.Parse(element, TagSet.MaximumOfBucket)),
            ("ObjectLockConfiguration", element => ObjectLockConfiguration.Parse(element)),
            ("ServerSideEncryptionConfiguration", element => BucketEncryption.Parse(element)),
            ("PublicAccessBlockConfiguration", element => PublicAccessBlock.Parse(element)),
            ("CompleteMultipartUpload", element => _ = element.Children("Part").Sum(part => part.Number("PartNumber"))),
        })
        {
            try
            {
                read(S3Xml.Parse(input, root));
            }
            catch (AwsServiceException e)
            {
                // The answer names what was wrong, in XML of its own.
                using var writer = System.Xml.XmlWriter.Create(Stream.Null, new System.Xml.XmlWriterSettings { CheckCharacters = false });
                S3Xml.Element("Message", e.Message).WriteTo(writer);
            }
        }
    }
}
