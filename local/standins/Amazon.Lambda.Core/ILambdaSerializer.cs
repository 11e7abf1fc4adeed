namespace Amazon.Lambda.Core;

/// <summary>Turns an event's JSON into an object and a result into JSON.</summary>
public interface ILambdaSerializer
{
    /// <summary>Reads an event.</summary>
    T Deserialize<T>(Stream requestStream);

    /// <summary>Writes a result.</summary>
    void Serialize<T>(T response, Stream responseStream);
}
