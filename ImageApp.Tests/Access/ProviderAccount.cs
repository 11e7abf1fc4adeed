namespace ImageApp.Tests.Access;

/// <summary>A person as the identity provider knows them.</summary>
/// <param name="Name">What they are called.</param>
/// <param name="Roles">What they are.</param>
internal sealed record ProviderAccount(string Name, params string[] Roles)
{
    /// <summary>Their address, and whether the provider has verified it.</summary>
    public (string Address, bool IsVerified)? Email { get; init; }
}
