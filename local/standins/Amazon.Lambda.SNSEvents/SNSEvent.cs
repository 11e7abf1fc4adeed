namespace Amazon.Lambda.SNSEvents;

#pragma warning disable CA1034, CA1056, CA1711, CA2227 // the package's own shape: nested, settable classes with text URLs

/// <summary>The event SNS invokes functions with (Lambda Developer Guide, "Using Lambda with Amazon SNS").</summary>
public class SNSEvent
{
    /// <summary>One record a message.</summary>
    public IList<SNSRecord> Records { get; set; } = [];

    /// <summary>A record.</summary>
    public class SNSRecord
    {
        /// <summary><c>aws:sns</c>.</summary>
        public string? EventSource { get; set; }

        /// <summary>The subscription it came through.</summary>
        public string? EventSubscriptionArn { get; set; }

        /// <summary><c>1.0</c>.</summary>
        public string? EventVersion { get; set; }

        /// <summary>The message.</summary>
        public SNSMessage Sns { get; set; } = new();
    }

    /// <summary>A message.</summary>
    public class SNSMessage
    {
        /// <summary>What was published.</summary>
        public string Message { get; set; } = "";

        /// <summary>The message's attributes.</summary>
        public IDictionary<string, MessageAttribute>? MessageAttributes { get; set; }

        /// <summary>The message's id.</summary>
        public string? MessageId { get; set; }

        /// <summary>The envelope's signature.</summary>
        public string? Signature { get; set; }

        /// <summary>The signature's version.</summary>
        public string? SignatureVersion { get; set; }

        /// <summary>Where the signing certificate is.</summary>
        public string? SigningCertUrl { get; set; }

        /// <summary>The message's subject.</summary>
        public string? Subject { get; set; }

        /// <summary>When it was published.</summary>
        public DateTime Timestamp { get; set; }

        /// <summary>The topic.</summary>
        public string? TopicArn { get; set; }

        /// <summary><c>Notification</c>.</summary>
        public string? Type { get; set; }

        /// <summary>The link that ends the subscription.</summary>
        public string? UnsubscribeUrl { get; set; }
    }

    /// <summary>An attribute of a message.</summary>
    public class MessageAttribute
    {
        /// <summary>For example <c>String</c>.</summary>
        public string? Type { get; set; }

        /// <summary>The value.</summary>
        public string? Value { get; set; }
    }
}
