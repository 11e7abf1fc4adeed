namespace ImageApp.Web.Sharing;

internal static partial class SharingLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Image {Id} cannot be stripped: its largest rendition is given instead")]
    public static partial void LogNotStripped(ILogger logger, Exception exception, long id);
}
