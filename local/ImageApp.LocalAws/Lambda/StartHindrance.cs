namespace ImageApp.LocalAws.Lambda;

/// <summary>Why whoever runs a function's process does not start one.</summary>
public enum StartHindrance
{
    /// <summary>One is on its way up already, or waits for what it needs.</summary>
    OnItsWay,

    /// <summary>A person has stopped it, and it stays so until a person starts it.</summary>
    Stopped,
}
