using System.Security.Claims;

namespace ImageApp.Web.Access;

/// <summary>Who may do what, in the mode that is configured.</summary>
internal sealed class AccessRules(AccessOptions options)
{
    /// <summary>Whether nobody signs in.</summary>
    public bool IsOpen => options.IsOpen;

    /// <summary>Whether who asks may do what takes a role.</summary>
    /// <param name="user">Who asks.</param>
    /// <param name="least">The least role that may.</param>
    public bool Allows(ClaimsPrincipal? user, AccessRole least) =>
        options.IsOpen || (least == AccessRole.Viewer && options.IsPublicRead) || AccessRoles.Of(user) >= least;

    /// <summary>
    /// A token that ends when who listens has to be looked at again: a role that was taken away must not go on hearing of changes.
    /// </summary>
    /// <param name="time">The clock.</param>
    /// <param name="stopping">When everybody's listening ends.</param>
    public CancellationTokenSource ListeningEnds(TimeProvider time, CancellationToken stopping) =>
        options.IsOpen || options.IsPublicRead
            ? CancellationTokenSource.CreateLinkedTokenSource(stopping)
            : CancellationTokenSource.CreateLinkedTokenSource(stopping, new CancellationTokenSource(options.CheckEvery, time).Token);
}
