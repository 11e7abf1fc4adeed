using System.Globalization;
using System.Xml.Linq;
using ImageApp.LocalAws.S3.Store;

namespace ImageApp.LocalAws.S3.Configuration;

/// <summary>A bucket whose versions can be locked, and for how long new ones are (S3 API Reference, ObjectLockConfiguration).</summary>
/// <param name="Mode">The mode of new versions; null for no default.</param>
/// <param name="Days">The default period in days.</param>
/// <param name="Years">The default period in years.</param>
internal sealed record ObjectLockConfiguration(string? Mode = null, int? Days = null, int? Years = null)
{
    // What AWS calls 100 years.
    private const int MaximumDays = 36_500;

    public static ObjectLockConfiguration Parse(XElement root)
    {
        if (root.Text("ObjectLockEnabled") is not "Enabled")
        {
            throw S3Errors.MalformedXml("ObjectLockEnabled must be Enabled.");
        }

        if (root.Child("Rule") is not { } rule)
        {
            return new ObjectLockConfiguration();
        }

        var retention = rule.Child("DefaultRetention") ?? throw S3Errors.MalformedXml("a Rule must have the element DefaultRetention.");
        var (days, years) = (Period(retention, "Days"), Period(retention, "Years"));
        if (days is null == years is null)
        {
            throw S3Errors.MalformedXml("DefaultRetention must have either Days or Years.");
        }

        if (days is < 1 or > MaximumDays || years is < 1 or > MaximumDays / 365)
        {
            throw new AwsServiceException(
                "InvalidRetentionPeriod",
                $"Default retention period must be a positive integer value of at most {MaximumDays} days or {MaximumDays / 365} years.");
        }

        return new ObjectLockConfiguration(ParseMode(retention.RequiredText("Mode")), days, years);
    }

    /// <exception cref="AwsServiceException">It is no mode.</exception>
    public static string ParseMode(string mode) => mode is ObjectLock.Governance or ObjectLock.Compliance
        ? mode
        : throw S3Errors.MalformedXml($"the Mode is '{mode}'; allowed are {ObjectLock.Governance} and {ObjectLock.Compliance}.");

    public XElement Render() => S3Xml.Element(
        "ObjectLockConfiguration",
        S3Xml.Element("ObjectLockEnabled", "Enabled"),
        Mode is null
            ? null
            : S3Xml.Element(
                "Rule",
                S3Xml.Element(
                    "DefaultRetention",
                    S3Xml.Element("Mode", Mode),
                    Number("Days", Days),
                    Number("Years", Years))));

    /// <summary>The lock of a version that is stored now without one of its own; null where there is no default.</summary>
    public ObjectLock? Default(DateTimeOffset now) => Mode is null
        ? null
        : new ObjectLock(Mode, Days is { } days ? now.AddDays(days) : now.AddYears(Years!.Value), LegalHold: false);

    /// <exception cref="AwsServiceException"><c>InvalidRequest</c>: the bucket has none.</exception>
    public static void Require(Bucket bucket)
    {
        if (bucket.ObjectLock is null)
        {
            throw new AwsServiceException("InvalidRequest", $"Bucket is missing Object Lock Configuration: {bucket.Name}");
        }
    }

    // Less than one is told as what it is, and not as a broken document.
    private static int? Period(XElement retention, string name) =>
        retention.Text(name) is not { } text
            ? null
            : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw S3Errors.MalformedXml($"{name} is '{text}'; it must be a number.");

    private static XElement? Number(string name, int? value) =>
        value is { } number ? S3Xml.Element(name, number.ToString(CultureInfo.InvariantCulture)) : null;
}
