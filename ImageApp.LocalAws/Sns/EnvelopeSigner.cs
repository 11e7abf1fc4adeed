using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ImageApp.LocalAws.Sns;

/// <summary>Signs messages as SNS does (SNS Developer Guide, "Verifying the signatures of Amazon SNS messages"), with a key of its own.</summary>
internal sealed class EnvelopeSigner
{
    private readonly RSA _key;

    public EnvelopeSigner(LocalAwsOptions options)
    {
        var path = Path.Combine(options.DataDirectory, "sns", "signing.pem");
        if (File.Exists(path))
        {
            var pem = File.ReadAllText(path);
            _key = RSA.Create();
            _key.ImportFromPem(pem);
            CertificatePem = pem[pem.IndexOf("-----BEGIN CERTIFICATE", StringComparison.Ordinal)..];
        }
        else
        {
            _key = RSA.Create(2048);
            using var certificate = new CertificateRequest("CN=sns.local", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
                .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(10));
            CertificatePem = certificate.ExportCertificatePem();
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, _key.ExportPkcs8PrivateKeyPem() + "\n" + CertificatePem);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        }

        CertificatePath = $"/SimpleNotificationService-{Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(CertificatePem)))[..32]}.pem";
    }

    public string CertificatePath { get; }

    public string CertificatePem { get; }

    /// <summary>Signs the named fields, in the order AWS prescribes: each name and value on a line of its own. Signature version 1.</summary>
    public string Sign(params IEnumerable<(string Name, string? Value)> fields)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in fields.Where(field => field.Value is not null))
        {
            text.Append(name).Append('\n').Append(value).Append('\n');
        }

#pragma warning disable CA5350 // signature version 1 is SHA-1 by definition, and the default of topics
        return Convert.ToBase64String(_key.SignData(Encoding.UTF8.GetBytes(text.ToString()), HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1));
#pragma warning restore CA5350
    }
}
