using Microsoft.AspNetCore.Authorization;

namespace ImageApp.Web.Access;

/// <summary>The policies that endpoints state. What states none is closed to everybody but owners.</summary>
internal static class AccessPolicies
{
    /// <summary>Looking.</summary>
    public const string Look = "look";

    /// <summary>Adding and arranging.</summary>
    public const string Contribute = "contribute";

    /// <summary>Deleting, spending, sharing.</summary>
    public const string Own = "own";

    /// <summary>A person with a browser that is signed in, of whatever role; no token.</summary>
    public const string Person = "person";

    /// <summary>For everybody, in every mode.</summary>
    public static TBuilder ForAnyone<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.AllowAnonymous();

    /// <summary>For whoever may look.</summary>
    public static TBuilder ForViewers<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(Look);

    /// <summary>For whoever may add and arrange.</summary>
    public static TBuilder ForContributors<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(Contribute);

    /// <summary>For owners.</summary>
    public static TBuilder ForOwners<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(Own);

    /// <summary>For people who are signed in.</summary>
    public static TBuilder ForPeople<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(Person);

    /// <summary>Adds the policies.</summary>
    public static void Add(AuthorizationOptions options)
    {
        options.AddPolicy(Look, policy => policy.AddRequirements(new RoleRequirement(AccessRole.Viewer)));
        options.AddPolicy(Contribute, policy => policy.AddRequirements(new RoleRequirement(AccessRole.Contributor)));
        options.AddPolicy(Own, policy => policy.AddRequirements(new RoleRequirement(AccessRole.Owner)));
        options.AddPolicy(Person, policy => policy.RequireAssertion(context => AccessClaims.IsSession(context.User)));
        options.DefaultPolicy = options.GetPolicy(Own)!;
        options.FallbackPolicy = new AuthorizationPolicyBuilder()
            .AddRequirements(new RoleRequirement(AccessRole.Owner) { IsUnstated = true })
            .Build();
    }
}
