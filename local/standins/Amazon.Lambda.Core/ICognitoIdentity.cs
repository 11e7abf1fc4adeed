namespace Amazon.Lambda.Core;

/// <summary>The Cognito identity of a mobile caller.</summary>
public interface ICognitoIdentity
{
    /// <summary>The identity's id.</summary>
    string IdentityId { get; }

    /// <summary>The pool's id.</summary>
    string IdentityPoolId { get; }
}
