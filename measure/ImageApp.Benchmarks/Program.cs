using ImageApp.Benchmarks;

var uploads =
    args is [] ? 50
    : int.TryParse(args[0], out var number) && number is >= 1 and <= 1000 ? number
    : throw new ArgumentException($"'{args[0]}' is not a number of uploads; allowed is 1 to 1000.");
using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(10));
using var folder = new TemporaryFolder();

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
