using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Dcp;

/// <summary>Where Aspire's own orchestrator and dashboard are.</summary>
internal sealed record AspireBundle(string DcpPath, string DashboardPath)
{
    private const string Package = "@microsoft/aspire-cli-linux-x64";
    private const string Version = "13.5.4";

    /// <summary>Finds them: where configuration says, in <c>.local/aspire</c> of a folder above the AppHost, or in the home folder.</summary>
    /// <exception cref="DistributedApplicationException">They are nowhere; the message says how to get them.</exception>
    public static AspireBundle Find(IConfiguration configuration, string appHostDirectory)
    {
        var home = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".aspire");
        var candidates = new List<string>();
        if (configuration["ASPIRE_BUNDLE"] is { Length: > 0 } configured)
        {
            return Of(configured) ?? throw new DistributedApplicationException(
                $"ASPIRE_BUNDLE is '{configured}', where dcp/dcp and managed/aspire-managed are not both. Unset it to use what ./run installs below .local/aspire.");
        }

        for (var folder = new DirectoryInfo(appHostDirectory); folder is not null; folder = folder.Parent)
        {
            candidates.Add(Path.Combine(folder.FullName, ".local", "aspire", "node_modules", "@microsoft", "aspire-cli-linux-x64", "bundle"));
        }

        candidates.Add(Path.Combine(home, "bundle"));
        if (Directory.Exists(Path.Combine(home, "versions")))
        {
            candidates.AddRange(Directory.EnumerateDirectories(Path.Combine(home, "versions")).OrderByDescending(Directory.GetLastWriteTimeUtc));
        }

        foreach (var candidate in candidates)
        {
            if (Of(candidate) is { } bundle)
            {
                return bundle;
            }
        }

        throw new DistributedApplicationException(
            $"Aspire's orchestrator (dcp) and dashboard are not installed. ./run installs them; by hand, in the repository's folder (needs Node.js):{Environment.NewLine}"
            + $"  npm install --prefix .local/aspire {Package}@{Version}{Environment.NewLine}"
            + $"  .local/aspire/node_modules/{Package}/bin/aspire setup --non-interactive --nologo");
    }

    private static AspireBundle? Of(string folder)
    {
        var bundle = new AspireBundle(Path.Combine(folder, "dcp", "dcp"), Path.Combine(folder, "managed", "aspire-managed"));
        return File.Exists(bundle.DcpPath) && File.Exists(bundle.DashboardPath) ? bundle : null;
    }
}
