using System.Buffers;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ImageApp.ServiceDefaults;

/// <summary>
/// Writes a health report as <c>{"status":"Degraded","checks":{"MySql":{"status":"Degraded","description":"..."}}}</c> to who asks on the
/// machine itself, and as <c>{"status":"Degraded"}</c> to everybody else: what fails and why is nobody's business outside.
/// </summary>
internal static class HealthReportWriter
{
    /// <summary>Whether a request comes from the machine itself, and not through a proxy on it.</summary>
    public static bool TellsReasons(HttpContext context) =>
        context.Connection.RemoteIpAddress is not { } address
            || (IPAddress.IsLoopback(address) && !context.Request.Headers.ContainsKey("X-Forwarded-For"));

    public static Task WriteAsync(HttpContext context, HealthReport report) =>
        SendAsync(context, Write(report, TellsReasons(context)));

    /// <summary>Sends what <see cref="Write"/> wrote.</summary>
    public static async Task SendAsync(HttpContext context, byte[] report)
    {
        var response = context.Response;
        response.ContentType = "application/json; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        response.ContentLength = report.Length;
        await response.Body.WriteAsync(report, context.RequestAborted);
    }

    /// <summary>A report as UTF-8.</summary>
    /// <param name="report">The report.</param>
    /// <param name="tellsReasons">Whether it tells of each check.</param>
    public static byte[] Write(HealthReport report, bool tellsReasons)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("status", report.Status.ToString());
        if (tellsReasons)
        {
            WriteChecks(json, report);
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteChecks(Utf8JsonWriter json, HealthReport report)
    {
        json.WriteStartObject("checks");
        foreach (var (name, entry) in report.Entries)
        {
            json.WriteStartObject(name);
            json.WriteString("status", entry.Status.ToString());
            if (entry.Description is { Length: > 0 } description)
            {
                json.WriteString("description", description);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
