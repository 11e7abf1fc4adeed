using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace ImageApp.Tests.LocalAws.Sns;

/// <summary>
/// Checks an envelope's signature as a subscriber does (SNS Developer Guide, "Verifying the signatures of Amazon SNS messages").
/// </summary>
internal static class SnsSignature
{
    private static readonly string[] s_notification = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"];
    private static readonly string[] s_confirmation = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];

    public static async Task<bool> IsValidAsync(JsonObject envelope, HttpClient client, string certificateField)
    {
        var pem = await client.GetStringAsync(new Uri((string)envelope[certificateField]!), TestContext.Current.CancellationToken);
        using var certificate = X509Certificate2.CreateFromPem(pem);
        using var key = certificate.GetRSAPublicKey()!;
        var fields = (string?)envelope["Type"] == "Notification" ? s_notification : s_confirmation;
        var text = string.Concat(
            fields.Where(field => envelope[field] is not null).Select(field => $"{field}\n{(string?)envelope[field]}\n"));
        var hash = (string?)envelope["SignatureVersion"] == "2" ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1;
        return key.VerifyData(
            Encoding.UTF8.GetBytes(text),
            Convert.FromBase64String((string)envelope["Signature"]!),
            hash,
            RSASignaturePadding.Pkcs1);
    }
}
