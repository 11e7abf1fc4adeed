using ImageApp.Core;
using ImageApp.ServiceDefaults;
using ImageApp.Web.Access;
using ImageApp.Web.Albums;
using ImageApp.Web.Captioning;
using ImageApp.Web.Content;
using ImageApp.Web.Export;
using ImageApp.Web.Hosting;
using ImageApp.Web.Limits;
using ImageApp.Web.Live;
using ImageApp.Web.Operations;
using ImageApp.Web.Pictures;
using ImageApp.Web.Sharing;
using ImageApp.Web.Trash;
using ImageApp.Web.Upkeep;
using ImageApp.Web.Uploads;

var builder = WebApplication.CreateBuilder(args);

builder.AddServiceDefaults(ImageAppTelemetry.Name);
builder.AddHosting();
await builder.AddAccessAsync();
builder.AddLimits();
builder.AddPictures();
builder.AddUploads();
builder.AddAlbums();
builder.AddSharing();
builder.AddCaptioning();
builder.AddLive();
builder.AddUpkeep();
builder.AddOperations();
builder.AddExport();

var app = builder.Build();

app.UseHosting();
app.UseLimits();
app.UseRenderedPages();
app.UseLive();

app.MapDefaultEndpoints();
app.MapStaticAssets().ForAnyone();
app.MapOpenApi().ForViewers();
app.MapAccess();
app.MapPictures();
app.MapTrash();
app.MapUploads();
app.MapAlbums();
app.MapSharing();
app.MapCaptioning();
app.MapContent();
app.MapLive();
app.MapOperations();
app.MapExport();
app.MapPages();

app.Run();
