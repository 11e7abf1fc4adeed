using System.Security.Cryptography;
using System.Text;

namespace ImageApp.LocalAws.Signing;

/// <summary>The keys of Signature Version 4 (IAM User Guide, "Create a signed AWS API request", step 4).</summary>
internal static class SigningKeyDerivation
{
    /// <summary>The key for one scope.</summary>
    public static byte[] Derive(string secretAccessKey, CredentialScope scope)
    {
        var key = Encoding.UTF8.GetBytes("AWS4" + secretAccessKey);
        foreach (var part in new[] { scope.Date, scope.Region, scope.Service, CredentialScope.Terminator })
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        return key;
    }

    /// <summary>Signs, in lower-case hexadecimal.</summary>
    public static string Sign(byte[] signingKey, string text) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(signingKey, Encoding.UTF8.GetBytes(text)));

    /// <summary>Compares signatures in a time that does not tell where they differ.</summary>
    public static bool AreEqual(string expected, string actual) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(actual));
}
