using System.Buffers.Binary;
using System.Net;

namespace ImageApp.LocalAws.CloudFormation.Templates;

/// <summary>Cuts an address block into smaller ones, for <c>Fn::Cidr</c>.</summary>
internal static class CidrBlock
{
    /// <param name="block">IPv4 or IPv6, for example <c>10.0.0.0/16</c>.</param>
    /// <param name="count">How many, 1 to 256.</param>
    /// <param name="hostBits">The size of each: 32 (IPv6: 128) minus its prefix length; by default 8 (IPv6: 64).</param>
    public static IEnumerable<string> Subdivide(string block, int count, int? hostBits)
    {
        if (!IPNetwork.TryParse(block, out var network))
        {
            throw TemplateErrors.Template($"Fn::Cidr requires a CIDR block whose host bits are zero, but got {block}");
        }

        var bytes = network.BaseAddress.GetAddressBytes();
        var width = bytes.Length * 8;
        var size = hostBits ?? (width == 32 ? 8 : 64);
        if (count is < 1 or > 256)
        {
            throw TemplateErrors.Template($"the count of Fn::Cidr must be 1 to 256, but is {count}");
        }

        if (
            size < 0
            || size > width - network.PrefixLength
            || (width - network.PrefixLength - size < 9 && count > 1 << (width - network.PrefixLength - size)))
        {
            throw TemplateErrors.Template($"Fn::Cidr cannot cut {count} blocks with {size} host bits out of {block}");
        }

        var start = width == 32 ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return Enumerable.Range(0, count).Select(i =>
        {
            var address = start + ((UInt128)(uint)i << size);
            var next = new byte[bytes.Length];
            if (width == 32)
            {
                BinaryPrimitives.WriteUInt32BigEndian(next, (uint)address);
            }
            else
            {
                BinaryPrimitives.WriteUInt128BigEndian(next, address);
            }

            return new IPNetwork(new IPAddress(next), width - size).ToString();
        });
    }
}
