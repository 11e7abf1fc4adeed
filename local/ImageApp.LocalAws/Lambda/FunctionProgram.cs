using System.Security.Cryptography;

namespace ImageApp.LocalAws.Lambda;

/// <summary>The file that a function runs, in place of the deployment package that AWS has.</summary>
/// <param name="Sha256">Its SHA-256, in base64 as Lambda writes it.</param>
/// <param name="Size">Its length in bytes.</param>
internal sealed record FunctionProgram(string Sha256, long Size)
{
    /// <summary>Reads a file.</summary>
    /// <returns>Null where there is none just now: it may be being built.</returns>
    public static async Task<FunctionProgram?> ReadAsync(string? path, CancellationToken cancellationToken)
    {
        if (path is null || !File.Exists(path))
        {
            return null;
        }

        try
        {
            await using var file = File.OpenRead(path);
            return new FunctionProgram(Convert.ToBase64String(await SHA256.HashDataAsync(file, cancellationToken)), file.Length);
        }
        catch (FileNotFoundException)
        {
            // A build has taken it away between the two.
            return null;
        }
    }
}
