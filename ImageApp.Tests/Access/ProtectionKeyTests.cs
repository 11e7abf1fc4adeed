using System.Net;
using System.Security.Cryptography;
using System.Xml.Linq;
using ImageApp.Tests.Database;
using ImageApp.Web.Access;
using Microsoft.Extensions.DependencyInjection;

namespace ImageApp.Tests.Access;

/// <summary>The keys of cookies: shared by the instances, and worth nothing to who reads the database.</summary>
public sealed class ProtectionKeyTests(DatabaseServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cookie_of_one_instance_is_good_at_another_and_the_keys_in_the_table_cannot_be_read()
    {
        await using var gallery = await GuardedGallery.StartAsync(server, "private");
        using var browser = await gallery.SignInAsync("olga");
        browser.Accept = "application/json";
        var second = await gallery.StartInstanceAsync();
        browser.Place(gallery.Address, second.Address);
        using (var answer = await browser.SendAsync(HttpMethod.Get, gallery.At("/api/shares")))
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        // Signed in at one, signed out at the other: at once, everywhere.
        browser.Place(gallery.Address, gallery.Web.Address);
        var cookie = browser.Cookie(gallery.Address, "imageapp")!;
        using (var answer = await browser.SendAsync(HttpMethod.Post, gallery.At("/sign-out"), new FormUrlEncodedContent([])))
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        browser.Place(gallery.Address, second.Address);
        browser.SetCookie(gallery.Address, "imageapp", cookie);
        using (var answer = await browser.SendAsync(HttpMethod.Get, gallery.At("/api/shares")))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }

        var keys = await gallery.ReadAsync("SELECT xml FROM data_protection_keys");
        Assert.NotEmpty(keys);
        Assert.All(keys, xml =>
        {
            var key = XElement.Parse(xml);
            Assert.Empty(key.Descendants("masterKey"));
            Assert.Empty(key.Descendants("value"));
            var secret = Assert.Single(key.Descendants(KeyXmlEncryptor.Element)).Value;
            Assert.DoesNotContain(
                "masterKey", System.Text.Encoding.Latin1.GetString(Convert.FromBase64String(secret)), StringComparison.Ordinal);
        });
        var tickets = await gallery.ReadAsync("SELECT HEX(ticket) FROM sessions");
        Assert.All(tickets, ticket => Assert.DoesNotContain(Convert.ToHexString("refresh_token"u8), ticket, StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_encrypted_is_read_with_the_same_key_and_unchanged_only()
    {
        var (one, another) = (Encryption(), Encryption());
        var text = one.Encrypt("<masterKey>secret</masterKey>");
        Assert.NotEqual(text, one.Encrypt("<masterKey>secret</masterKey>"));
        Assert.Equal("<masterKey>secret</masterKey>", one.Decrypt(text));
        Assert.Contains(
            "another Access:KeyEncryptionKey", Assert.Throws<CryptographicException>(() => another.Decrypt(text)).Message,
            StringComparison.Ordinal);
        var bytes = Convert.FromBase64String(text);
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => one.Decrypt(Convert.ToBase64String(bytes)));
            bytes[i] ^= 1;
        }

        Assert.ThrowsAny<CryptographicException>(() => one.Decrypt(Convert.ToBase64String(bytes[..20])));

        // As data protection does: encrypted by one, decrypted by what the stored name says.
        using var services = new ServiceCollection().AddSingleton(one).BuildServiceProvider();
        var info = new KeyXmlEncryptor(one).Encrypt(new XElement("masterKey", "secret"));
        var decryptor = (KeyXmlDecryptor)Activator.CreateInstance(info.DecryptorType, services)!;
        Assert.Equal("secret", decryptor.Decrypt(info.EncryptedElement).Value);
    }

    private static KeyEncryption Encryption() =>
        new(new AccessOptions { KeyEncryptionKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) });
}
