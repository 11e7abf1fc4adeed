namespace ImageApp.LocalAws.Protocols;

/// <summary>How an AWS protocol writes an error (Smithy, "AWS protocols").</summary>
internal enum AwsErrorFormat
{
    /// <summary>S3: a root element <c>Error</c>.</summary>
    RestXml,

    /// <summary>SNS, STS, CloudFormation: an <c>ErrorResponse</c> around <c>Error</c>, with the type Sender or Receiver.</summary>
    Query,

    /// <summary>SQS: JSON 1.0 with <c>__type</c>.</summary>
    Json,

    /// <summary>Lambda: the code in the header <c>x-amzn-ErrorType</c>, the message in a JSON body.</summary>
    RestJson,
}
