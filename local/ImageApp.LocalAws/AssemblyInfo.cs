using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("ImageApp.Tests")]
