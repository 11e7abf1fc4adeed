using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ImageApp.LocalAws.Sns;

/// <summary>
/// The key that SNS signs its envelopes with, and its certificate: made for the first message, which is much of the time that a start would
/// take otherwise, and kept in the data folder.
/// </summary>
internal sealed class SigningKey : IDisposable
{
    private const int KeyBits = 2048;
    private const string FilePrefix = "SimpleNotificationService-";

    private readonly Lazy<(RSA Key, string Certificate)> _pair;

    /// <param name="folder">Where it is kept, readable for its owner only.</param>
    /// <param name="time">The clock of the certificate.</param>
    public SigningKey(string folder, TimeProvider time) => _pair = new(() => LoadOrCreate(folder, time));

    /// <summary>The certificate that envelopes are checked with.</summary>
    public string CertificatePem => _pair.Value.Certificate;

    /// <summary>The last part of the certificate's URL.</summary>
    public string CertificateFileName
    {
        get
        {
            var fingerprint = SHA256.HashData(Encoding.ASCII.GetBytes(CertificatePem)).AsSpan(0, 16);
            return $"{FilePrefix}{Convert.ToHexStringLower(fingerprint)}.pem";
        }
    }

    /// <summary>Whether a path is that of the certificate.</summary>
    public bool IsCertificate(string path) =>
        path.StartsWith("/" + FilePrefix, StringComparison.Ordinal) && path == "/" + CertificateFileName;

    /// <summary>Signs as signature version 1 (SHA-1) or 2 (SHA-256).</summary>
    public string Sign(string text, string version) =>
        Convert.ToBase64String(
            _pair.Value.Key.SignData(
                Encoding.UTF8.GetBytes(text),
                version == "2" ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1,
                RSASignaturePadding.Pkcs1));

    public void Dispose()
    {
        if (_pair.IsValueCreated)
        {
            _pair.Value.Key.Dispose();
        }
    }

    private static (RSA Key, string Certificate) LoadOrCreate(string folder, TimeProvider time)
    {
        Directory.CreateDirectory(folder);
        var keyFile = Path.Combine(folder, "signing-key.pem");
        var certificateFile = Path.Combine(folder, "signing-certificate.pem");
        if (File.Exists(keyFile) && File.Exists(certificateFile))
        {
            var stored = RSA.Create();
            stored.ImportFromPem(File.ReadAllText(keyFile));
            return (stored, File.ReadAllText(certificateFile));
        }

        var key = RSA.Create(KeyBits);
        var request = new CertificateRequest(
            "CN=sns.amazonaws.com, O=ImageApp local AWS",
            key,
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1);
        var now = time.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(20));
        var pem = certificate.ExportCertificatePem() + "\n";
        WritePrivate(keyFile, key.ExportPkcs8PrivateKeyPem());

        // Last, because it is what says that both are there.
        WritePrivate(certificateFile, pem);
        return (key, pem);
    }

    private static void WritePrivate(string path, string content)
    {
        var temporary = path + ".tmp";
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(temporary, options))
        {
            file.Write(Encoding.ASCII.GetBytes(content));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
