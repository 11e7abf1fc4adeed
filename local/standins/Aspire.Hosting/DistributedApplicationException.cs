namespace Aspire.Hosting;

/// <summary>The application model cannot be run as it is.</summary>
public class DistributedApplicationException : Exception
{
    /// <summary>Creates it.</summary>
    public DistributedApplicationException()
    {
    }

    /// <summary>Creates it with a message.</summary>
    public DistributedApplicationException(string message)
        : base(message)
    {
    }

    /// <summary>Creates it with a message and a cause.</summary>
    public DistributedApplicationException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
