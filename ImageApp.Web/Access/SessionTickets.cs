using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;

namespace ImageApp.Web.Access;

/// <summary>Tickets as they are stored: encrypted, since they hold the provider's tokens.</summary>
internal sealed class SessionTickets(IDataProtectionProvider protection)
{
    private readonly IDataProtector _protector = protection.CreateProtector("ImageApp.Web.Access.SessionTickets");

    /// <summary>A ticket's bytes.</summary>
    public byte[] Protect(AuthenticationTicket ticket) => _protector.Protect(TicketSerializer.Default.Serialize(ticket));

    /// <summary>The ticket of some bytes; null where they are not, or no longer, readable.</summary>
    public AuthenticationTicket? TryUnprotect(byte[] bytes)
    {
        try
        {
            return TicketSerializer.Default.Deserialize(_protector.Unprotect(bytes));
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            // Its key is gone: the person signs in again.
            return null;
        }
    }
}
