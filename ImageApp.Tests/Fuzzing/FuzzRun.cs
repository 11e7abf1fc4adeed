namespace ImageApp.Tests.Fuzzing;

/// <summary>Gives a target its inputs and watches what it does with them.</summary>
internal static class FuzzRun
{
    private const int MostFaults = 5;
    private const int StackBytes = 16 * 1024 * 1024;

    // Not a measure of speed: what is not over by then is never over.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs the corpus and then so many inputs made of it.</summary>
    public static FuzzResult Of(FuzzTarget target, int seed, int inputs)
    {
        var present = FuzzReport.PresentInput(target.Name);
        var faults = new List<string>();
        var (refused, crashes, overruns, done) = (0, 0, 0, 0);
        Exception? broken = null;
        using var moved = new ManualResetEventSlim();
        var worker = new Thread(Guarded, StackBytes) { IsBackground = true, Name = target.Name };
        worker.Start();
        while (!worker.Join(Patience))
        {
            if (!moved.IsSet)
            {
                faults.Add($"input {seed + Volatile.Read(ref done)} does not end; it is in {present}");
                return new FuzzResult(target.Name, done, refused)
                {
                    Crashes = crashes,
                    Overruns = overruns,
                    Hangs = 1,
                    Faults = faults,
                };
            }

            moved.Reset();
        }

        if (broken is not null)
        {
            throw new InvalidOperationException($"The run itself broke at {seed + done}.", broken);
        }

        File.Delete(present);
        return new FuzzResult(target.Name, done, refused) { Crashes = crashes, Overruns = overruns, Faults = faults };

        // An exception of a thread's own would end all tests.
        void Guarded()
        {
            try
            {
                Work();
            }
            catch (Exception e)
            {
                broken = e;
            }
        }

        void Work()
        {
            // What is made once, by whoever comes first, is nobody's expense.
            foreach (var input in target.Corpus)
            {
                Try(input, measured: false);
            }

            var mutator = new Mutator(target.Corpus, target.Words);
            for (; done < inputs && faults.Count < MostFaults; Interlocked.Increment(ref done))
            {
                Try(mutator.Make(seed + done), measured: true);
                moved.Set();
            }
        }

        void Try(byte[] input, bool measured)
        {
            File.WriteAllBytes(present, input);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                target.Read(input);
            }
            catch (Exception e) when (target.Documented.Any(type => type.IsInstanceOfType(e)))
            {
                refused += measured ? 1 : 0;
            }
            catch (Exception e)
            {
                crashes++;
                faults.Add($"seed {seed + done}, {FuzzReport.Keep(target.Name, seed + done, input)}: {e}");
            }

            var taken = GC.GetAllocatedBytesForCurrentThread() - before;
            if (measured && taken > target.AllowedBytes + (target.AllowedBytesPerByte * input.Length))
            {
                overruns++;
                var kept = FuzzReport.Keep(target.Name, seed + done, input);
                faults.Add($"seed {seed + done}, {kept}: {taken} bytes were allocated for {input.Length}");
            }
        }
    }
}
