using ImageApp.LocalAws.Protocols;
using Microsoft.Extensions.DependencyInjection;

namespace ImageApp.LocalAws.Sts;

/// <summary>Registers STS.</summary>
internal static class StsServices
{
    public static IServiceCollection AddSts(this IServiceCollection services) => services.AddSingleton<IAwsService, StsApi>();
}
