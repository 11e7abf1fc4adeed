namespace ImageApp.CaptionFunction;

/// <summary>What a provider's limit counts.</summary>
internal enum QuotaKind
{
    /// <summary>Requests or tokens of seconds or minutes.</summary>
    Rate,

    /// <summary>Requests or tokens of a day.</summary>
    Day,

    /// <summary>Money, or an allowance that only a person can raise.</summary>
    Credit,

    /// <summary>Questions to the model, by the gallery's own limit.</summary>
    Own,
}
