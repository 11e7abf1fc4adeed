using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;

namespace ImageApp.Web.Access;

/// <summary>Encrypts data protection's keys before they are stored.</summary>
internal sealed class KeyXmlEncryptor(KeyEncryption encryption) : IXmlEncryptor
{
    /// <summary>The element that holds an encrypted key.</summary>
    public const string Element = "encryptedByKeyEncryptionKey";

    /// <inheritdoc/>
    public EncryptedXmlInfo Encrypt(XElement plaintextElement) => new(
        new XElement(Element, encryption.Encrypt(plaintextElement.ToString(SaveOptions.DisableFormatting))), typeof(KeyXmlDecryptor));
}
