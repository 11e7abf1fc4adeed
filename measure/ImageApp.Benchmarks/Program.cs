using ImageApp.Benchmarks;

return await BenchmarkCommand.Create().Parse(args).InvokeAsync();
