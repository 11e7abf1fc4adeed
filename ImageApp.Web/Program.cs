using ImageApp.ServiceDefaults;
using ImageApp.Web;
using ImageApp.Web.Apis;
using ImageApp.Web.Components;
using ImageApp.Web.Gallery;
using ImageApp.Web.Problems;
using ImageApp.Web.Security;

var builder = WebApplication.CreateBuilder(args);

builder.AddServiceDefaults(WebMetrics.MeterName);
builder.AddMySqlDataSource("imagedb");
builder.AddImageGallery();

var app = builder.Build();

app.UseExceptionHandler(new ExceptionHandlerOptions { StatusCodeSelector = ProblemStatus.Of });
app.UseStatusCodePages();
app.UseResponseCompression();
app.UseSecurityHeaders();
app.UseCrossOriginProtection();

app.MapDefaultEndpoints();
app.MapStaticAssets();
app.MapOpenApi();
app.MapImagesApi();
app.MapUploadsApi();
app.MapEventsApi();
app.MapImageContent();
app.MapGalleryForms();
app.MapRazorComponents<App>().DisableAntiforgery();

app.Run();
