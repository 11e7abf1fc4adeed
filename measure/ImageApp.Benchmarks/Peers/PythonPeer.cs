using System.Diagnostics;

namespace ImageApp.Benchmarks.Peers;

/// <summary>One of <c>benchmarks/peers</c> as a process that answers each line with a line.</summary>
internal sealed class PythonPeer : IAsyncDisposable
{
    /// <summary>The distribution's Python: its packages are the peers.</summary>
    public const string Program = "/usr/bin/python3";

    private readonly Process _process;

    private PythonPeer(Process process) => _process = process;

    /// <summary>Where a peer's program is.</summary>
    public static string PathOf(string script) => Path.GetFullPath(Path.Combine("benchmarks", "peers", script));

    /// <summary>Starts one.</summary>
    /// <param name="script">Its file.</param>
    public static PythonPeer Start(string script) => new(Process.Start(
        new ProcessStartInfo(Program, [PathOf(script)]) { RedirectStandardInput = true, RedirectStandardOutput = true })!);

    /// <summary>Sends a line and reads the answer.</summary>
    /// <exception cref="InvalidOperationException">It has ended; what it wrote to its error output is above.</exception>
    public async Task<string> AskAsync(string line, CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(line.AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        return await _process.StandardOutput.ReadLineAsync(cancellationToken)
            ?? throw new InvalidOperationException("The peer in Python has ended; the lines above say why.");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
