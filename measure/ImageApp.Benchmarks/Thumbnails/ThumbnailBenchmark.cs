using ImageApp.Benchmarks.Reporting;

namespace ImageApp.Benchmarks.Thumbnails;

/// <summary>One thumbnail after the other, warm, of every kind of picture, by every library that reads it.</summary>
internal sealed class ThumbnailBenchmark : IBenchmark
{
    /// <inheritdoc/>
    public string Name => "thumbnails";

    /// <inheritdoc/>
    public string Title => "Thumbnails, warm";

    /// <inheritdoc/>
    public async Task RunAsync(Section section, BenchmarkSettings settings, CancellationToken cancellationToken)
    {
        var rounds = settings.Count(full: 5, quick: 1);
        section.Say(
            $"Fitted into 200 x 200, JPEG of quality 85, one picture at a time: median milliseconds of the clock of {rounds}, all in turn, after one that "
            + "does not count; in brackets processor time, where it differs by more than a tenth. ImageApp reads the header for its limits first, turns upright, converts colour profiles, lays "
            + "transparency on white and notices damage, that of a progressive JPEG's finer scans when it makes the larger renditions; Pillow and SkiaSharp do none of it. "
            + "`vipsthumbnail` is a process each time, of the distribution's libvips.");
        var made = new Dictionary<(string Picture, string Maker), WorkTime>();
        var pictures = TestPictures.WriteAll(settings.Folder, settings.IsQuick);
        var makers = new List<IThumbnailMaker>
        {
            Libraries.ImageApp(), Libraries.Skia(), Libraries.Magick(), Libraries.ImageSharp(), new Pillow(),
            new VipsThumbnail(settings.Folder),
        };
        try
        {
            foreach (var picture in pictures)
            {
                var times = makers.Where(maker => maker.Reads(picture)).ToDictionary(maker => maker, _ => new List<WorkTime>());
                for (var round = 0; round <= rounds; round++)
                {
                    foreach (var (maker, list) in times)
                    {
                        var time = await maker.MakeAsync(picture, cancellationToken);
                        if (round > 0)
                        {
                            list.Add(time);
                        }
                    }
                }

                foreach (var (maker, list) in times)
                {
                    made[(picture.Name, maker.Name)] = new(list.Select(time => time.Wall).Median(), list.Select(time => time.Cpu).Median());
                }

                var fastest = times.Keys.Skip(1).MinBy(maker => made[(picture.Name, maker.Name)].Wall)!;
                section.Add(new Figure(
                    picture.Name, "ms", made[(picture.Name, "ImageApp")].Wall, fastest.Name, made[(picture.Name, fastest.Name)].Wall)
                {
                    Aim = "1 or more",
                });
            }

            section.AddTable(
                ["all of them, ms", .. makers.Select(maker => maker.Name)],
                pictures.Select(picture => (IReadOnlyList<string>)[picture.Name, .. makers.Select(maker => Cell(picture, maker))]));
        }
        finally
        {
            foreach (var maker in makers)
            {
                await maker.DisposeAsync();
            }
        }

        string Cell(TestPicture picture, IThumbnailMaker maker) => made.TryGetValue((picture.Name, maker.Name), out var time)
            ? Section.Number(time.Wall) + (Math.Abs(time.Cpu - time.Wall) > time.Wall / 10 ? $" ({Section.Number(time.Cpu)})" : "")
            : "does not read it";
    }
}
