using ImageApp.FunctionDefaults;
using ImageApp.ThumbnailFunction;

await LambdaFunction.RunAsync<ThumbnailStep>(args);
