using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace ImageApp.Web.Access;

/// <summary>
/// Refuses to start an open gallery where others could reach it. Asked for every address just before it is listened on, wherever it was
/// configured: whoever reaches an open gallery can delete its pictures and spend its owner's money.
/// </summary>
internal sealed class LoopbackOnly : IPostConfigureOptions<KestrelServerOptions>
{
    /// <inheritdoc/>
    public void PostConfigure(string? name, KestrelServerOptions options) => options.ConfigureEndpointDefaults(Check);

    private static void Check(ListenOptions listening)
    {
        if (listening.EndPoint is IPEndPoint { Address: { } address } && IPAddress.IsLoopback(address))
        {
            return;
        }

        throw new InvalidOperationException(
            $"Access:Mode is '{AccessOptions.Open}', which makes everybody who reaches the gallery its owner, and it is to listen on "
                + $"{listening}, which others can reach. Listen on localhost alone (ASPNETCORE_URLS=http://localhost:5000), or set "
                + $"Access:Mode to {AccessOptions.PublicRead} or {AccessOptions.Private} with an identity provider (docs/access.md).");
    }
}
