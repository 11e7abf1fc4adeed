using System.Buffers;
using System.Text;

namespace ImageApp.LocalAws.Signing;

/// <summary>
/// The URI encoding of Signature Version 4: everything but the unreserved characters of RFC 3986, in UTF-8 and upper-case hexadecimal.
/// </summary>
internal static class PercentEncoding
{
    private static readonly SearchValues<byte> Unreserved = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"u8);

    /// <summary>Encodes <paramref name="text"/>; with <paramref name="keepSlash"/>, <c>/</c> stays as it is, as in a path.</summary>
    public static string Encode(string text, bool keepSlash = false) => Encode(Encoding.UTF8.GetBytes(text), keepSlash);

    /// <summary>Encodes bytes, which need not be valid UTF-8.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes, bool keepSlash)
    {
        var encoded = new StringBuilder(bytes.Length + 16);
        foreach (var value in bytes)
        {
            if (Unreserved.Contains(value) || (keepSlash && value == (byte)'/'))
            {
                encoded.Append((char)value);
            }
            else
            {
                encoded.Append('%').Append(Convert.ToHexString([value]));
            }
        }

        return encoded.ToString();
    }

    /// <summary>Decodes a name or value of a query to text.</summary>
    public static string DecodeText(ReadOnlySpan<char> text) => Encoding.UTF8.GetString(Decode(text, plusIsSpace: true));

    /// <summary>
    /// Decodes each <c>%XX</c>; a <c>%</c> without two hexadecimal digits stays. In a query, <c>+</c> is a space
    /// (<paramref name="plusIsSpace"/>).
    /// </summary>
    public static byte[] Decode(ReadOnlySpan<char> text, bool plusIsSpace)
    {
        var source = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = Encoding.UTF8.GetBytes(text, source);
        var decoded = new byte[length];
        var count = 0;
        for (var i = 0; i < length; i++)
        {
            var value = source[i];
            if (
                value == (byte)'%'
                && i + 2 < length
                && char.IsAsciiHexDigit((char)source[i + 1])
                && char.IsAsciiHexDigit((char)source[i + 2]))
            {
                decoded[count++] = (byte)((HexValue(source[i + 1]) << 4) | HexValue(source[i + 2]));
                i += 2;
            }
            else
            {
                decoded[count++] = plusIsSpace && value == (byte)'+' ? (byte)' ' : value;
            }
        }

        return decoded[..count];
    }

    private static int HexValue(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
