using Microsoft.EntityFrameworkCore;

namespace ImageApp.Tests.Access;

/// <summary>Where the identity provider keeps its clients and tokens, in memory.</summary>
internal sealed class ProviderContext(DbContextOptions<ProviderContext> options) : DbContext(options);
