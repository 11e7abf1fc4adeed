using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;

namespace ImageApp.Web.Access;

/// <summary>Decrypts what <see cref="KeyXmlEncryptor"/> made. Data protection makes it, by the name that is stored with a key.</summary>
internal sealed class KeyXmlDecryptor(IServiceProvider services) : IXmlDecryptor
{
    private readonly KeyEncryption _encryption = services.GetRequiredService<KeyEncryption>();

    /// <inheritdoc/>
    public XElement Decrypt(XElement encryptedElement) => XElement.Parse(_encryption.Decrypt(encryptedElement.Value));
}
