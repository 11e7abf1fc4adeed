namespace ImageApp.Imaging;

/// <summary>A component of a JPEG's frame (ITU-T T.81, B.2.2).</summary>
/// <param name="Identifier">By which scans name it.</param>
/// <param name="Horizontal">Its horizontal sampling factor, 1 to 4.</param>
/// <param name="Vertical">Its vertical sampling factor, 1 to 4.</param>
internal readonly record struct JpegComponent(byte Identifier, int Horizontal, int Vertical);
