using System.Globalization;
using ImageApp.Core;
using ImageApp.Core.Formats;
using ImageApp.Imaging;

// Renders one file as the thumbnail function does and prints what it took, in bytes:
// what the header says of decoding, the process before, and the most that the process ever had.
if (args.Length != 1)
{
    Console.Error.WriteLine("Usage: ImageApp.RenderMemory FILE");
    return 2;
}

ImageFormat? format;
await using (var file = File.OpenRead(args[0]))
{
    var start = new byte[ImageFormat.SniffLength];
    var read = await file.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false);
    format = ImageFormat.TrySniff(start.AsSpan(0, read));
    if (format is null)
    {
        Console.Error.WriteLine(RefusedFormat.SentenceFor(start.AsSpan(0, read)));
        return 1;
    }
}

try
{
    var header = ImageHeader.Read(args[0], format, new ImageLimits());
    var before = Memory("VmRSS");
    var made = Renderer.Thumbnails(args[0], format, header).Last();
    var thumbnail = made.Thumbnail;
    var memory = string.Create(CultureInfo.InvariantCulture, $"{header.DecodeBytes} {before} {Memory("VmHWM")}");
    Console.WriteLine($"{memory} {header.Width}x{header.Height} {thumbnail.Width}x{thumbnail.Height} {thumbnail.Damaged}");
    return 0;
}
catch (ImageFailureException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

// proc(5), /proc/pid/status: "VmHWM:     12345 kB".
static long Memory(string field)
{
    var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
    return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Split('\t')[^1], CultureInfo.InvariantCulture) * 1024;
}
