using ImageApp.CaptionFunction;
using ImageApp.FunctionDefaults;

await LambdaFunction.RunAsync<CaptionStep>(args, CaptionerServices.AddCaptionerAsync);
