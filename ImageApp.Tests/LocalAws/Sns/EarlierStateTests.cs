using System.Text.Json.Nodes;

namespace ImageApp.Tests.LocalAws.Sns;

/// <summary>What earlier versions left on disk.</summary>
public sealed class EarlierStateTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_subscription_whose_filter_is_over_the_limits_of_today_goes_on()
    {
        var folder = Directory.CreateTempSubdirectory("localaws-").FullName;
        try
        {
            const string Topic = "arn:aws:sns:us-east-1:000000000000:images";
            const string Filter = """{"a":["x"],"b":[1],"c":[1],"d":[1],"e":[1],"f":[{"exists":false}]}""";
            await WriteAsync("topics", "images", new JsonObject
            {
                ["Arn"] = Topic,
                ["Attributes"] = new JsonObject { ["DisplayName"] = "Images" },
                ["Tags"] = new JsonObject { ["team"] = "images" },
            });
            await WriteAsync("subscriptions", "images.1", new JsonObject
            {
                ["Arn"] = Topic + ":1",
                ["TopicArn"] = Topic,
                ["Protocol"] = "sqs",
                ["Endpoint"] = "arn:aws:sqs:us-east-1:000000000000:events",
                ["Attributes"] = new JsonObject { ["FilterPolicy"] = Filter, ["RawMessageDelivery"] = "true" },
                ["IsConfirmed"] = true,
                ["Token"] = "token",
            });
            await using var aws = await LocalAwsInstance.StartAsync(folder: folder);
            var queue = await aws.CreateQueueAsync("events", ("sns.amazonaws.com", Topic));
            await aws.PublishAsync(Topic, "filtered");
            await aws.SnsAsync(
                "SetSubscriptionAttributes",
                ("SubscriptionArn", Topic + ":1"),
                ("AttributeName", "RawMessageDelivery"),
                ("AttributeValue", "false"));
            var attributes = (await aws.SnsAsync("GetSubscriptionAttributes", ("SubscriptionArn", Topic + ":1")))
                .Descendants("entry")
                .ToDictionary(entry => entry.Element("key")!.Value, entry => entry.Element("value")!.Value);
            Assert.Equal((Filter, "true"), (attributes["FilterPolicy"], attributes["ConfirmationWasAuthenticated"]));
            await aws.SnsAsync(
                "SetSubscriptionAttributes",
                ("SubscriptionArn", Topic + ":1"),
                ("AttributeName", "FilterPolicy"),
                ("AttributeValue", ""));
            await aws.PublishAsync(Topic, "wanted");
            Assert.Equal("wanted", (string?)JsonNode.Parse((await aws.ReceiveAsync(queue)).Body)!["Message"]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        async Task WriteAsync(string kind, string name, JsonObject content)
        {
            var path = Path.Combine(folder, "sns", kind);
            Directory.CreateDirectory(path);
            await File.WriteAllTextAsync(Path.Combine(path, name + ".json"), content.ToJsonString(), Cancelled);
        }
    }
}
