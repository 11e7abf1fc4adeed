using ImageApp.Benchmarks;

using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(10));
using var folder = new TemporaryFolder();
if (args is ["local-aws", ..])
{
    var rounds = args.Length > 2 ? Number(args[2], "rounds", 9) : 3;
    await LocalAwsBenchmark.RunAsync(folder.Path, args.Length > 1 ? Number(args[1], "requests", 100_000) : 3000, rounds, stop.Token);
    return;
}

var uploads = args is [] ? 50 : Number(args[0], "uploads", 1000);

var file = Path.Combine(folder.Path, "photo.jpg");
TestPhoto.Write(file, width: 4000, height: 3000);
Console.WriteLine(
    $"{Environment.ProcessorCount} processors, .NET {Environment.Version}, {new FileInfo(file).Length / 1e6:0.0} MB JPEG of 12 megapixels"
);

var starts = new List<TimeSpan>();
for (var i = 0; i < 3; i++)
{
    await using var application = await RunningAppHost.StartAsync(folder.Path, stop.Token);
    starts.Add(application.StartedAfter);
    if (i == 2)
    {
        var durations = await UploadBenchmark.RunAsync(application.Web, file, uploads, stop.Token);
        var peer = await ThumbnailPeer.RunAsync(file, uploads, stop.Token);
        var throughput = await ThroughputBenchmark.RunAsync(application.Web, file, uploads, stop.Token);
        var throughputPeer = await ThroughputBenchmark.PeerAsync(file, uploads, stop.Token);
        Console.WriteLine(
            FormattableString.Invariant(
                $"\nuploads, four at once, to thumbnail and caption\n  ImageApp  {throughput:0.0} images/s, of {uploads}\n  peer      {throughputPeer:0.0} images/s: vipsthumbnail, the same file, four at once\n  ratio     {throughput / throughputPeer:0.00}"
            )
        );
        Report.Print("upload to thumbnail in the row", durations, "vipsthumbnail, the same file, one process each", peer);
    }
}

Report.Print(
    "built AppHost to web healthy (second and later: data is there)",
    starts,
    "mariadbd alone, to its first connection",
    await DatabasePeer.RunAsync(folder.Path, 3, stop.Token)
);

static int Number(string text, string what, int maximum) =>
    int.TryParse(text, out var number) && number >= 1 && number <= maximum
        ? number
        : throw new ArgumentException($"'{text}' is not a number of {what}; allowed is 1 to {maximum}.");
