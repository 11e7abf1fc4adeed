namespace Aspire.Hosting;

/// <summary>What a generated <c>Projects.X</c> also knows: the program that the build made.</summary>
public interface IBuiltProject
{
    /// <summary>The program's assembly.</summary>
    string TargetPath { get; }
}
