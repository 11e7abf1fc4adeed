namespace ImageApp.LocalAws.CloudFormation;

/// <summary>A step of a stack's operation failed; the stack as it was recorded last comes along.</summary>
internal sealed class StepFailedException(Stack stack, string message) : Exception(message)
{
    public Stack Stack => stack;
}
