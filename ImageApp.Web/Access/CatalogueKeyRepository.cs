using System.Xml.Linq;
using ImageApp.Core.Catalogue;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace ImageApp.Web.Access;

/// <summary>Data protection's keys in the catalogue, so that a cookie of one instance is good at the others.</summary>
internal sealed class CatalogueKeyRepository(ProtectionKeyCatalogue keys) : IXmlRepository
{
    /// <inheritdoc/>
    public IReadOnlyCollection<XElement> GetAllElements() => [.. keys.List().Select(xml => XElement.Parse(xml))];

    /// <inheritdoc/>
    public void StoreElement(XElement element, string friendlyName) =>
        keys.Add(friendlyName, element.ToString(SaveOptions.DisableFormatting));
}
