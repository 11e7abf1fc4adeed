using ImageApp.LocalAws;
using ImageApp.LocalAws.CloudFormation;
using Microsoft.Extensions.DependencyInjection;

namespace ImageApp.Tests.LocalAws.CloudFormation;

/// <summary>A local AWS that also has files and folders as resource types.</summary>
internal static class StackInstance
{
    public static Task<LocalAwsInstance> StartAsync(string? folder = null, Action<LocalAwsOptions>? configure = null) =>
        LocalAwsInstance.StartAsync(
            configure,
            folder,
            host: builder =>
            {
                builder.Services.AddSingleton<IResourceTypeHandler>(new FileHandler());
                builder.Services.AddSingleton<IResourceTypeHandler, FolderHandler>();
            });

    extension(LocalAwsInstance aws)
    {
        public FileHandler Files => aws.Server.Services.GetServices<IResourceTypeHandler>().OfType<FileHandler>().Single();

        /// <summary>Where tests let their resources be made.</summary>
        public string Workspace => Directory.CreateDirectory(Path.Combine(aws.Options.DataDirectory, "workspace")).FullName;

        /// <summary>What a kill -9 at this moment would leave on disk.</summary>
        public string Crash()
        {
            var copy = Directory.CreateTempSubdirectory("cloudformation-crashed-").FullName;
            var folder = Path.Combine(aws.Options.DataDirectory, "cloudformation");
            foreach (var file in Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories))
            {
                var target = Path.Combine(copy, Path.GetRelativePath(aws.Options.DataDirectory, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }

            return copy;
        }
    }
}
