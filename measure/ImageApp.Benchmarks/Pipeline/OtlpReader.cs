using System.Buffers.Binary;
using System.Text;

namespace ImageApp.Benchmarks.Pipeline;

/// <summary>
/// Reads the spans of an OTLP export (opentelemetry-proto, <c>trace_service.proto</c> and <c>trace.proto</c>; Protocol Buffers,
/// "Encoding").
/// </summary>
internal ref struct OtlpReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;

    /// <summary>All spans of an <c>ExportTraceServiceRequest</c>.</summary>
    public static List<Span> Read(ReadOnlySpan<byte> request)
    {
        var spans = new List<Span>();
        var reader = new OtlpReader(request);
        while (reader.TryNext(out var field, out var resourceSpans, out _))
        {
            if (field == 1)
            {
                ReadResourceSpans(resourceSpans, spans);
            }
        }

        return spans;
    }

    private static void ReadResourceSpans(ReadOnlySpan<byte> message, List<Span> spans)
    {
        var service = "";
        var reader = new OtlpReader(message);
        while (reader.TryNext(out var field, out var content, out _))
        {
            if (field == 1)
            {
                service = ServiceOf(content);
            }
            else if (field == 2)
            {
                var scope = new OtlpReader(content);
                while (scope.TryNext(out var inner, out var span, out _))
                {
                    if (inner == 2)
                    {
                        spans.Add(ReadSpan(service, span));
                    }
                }
            }
        }
    }

    private static string ServiceOf(ReadOnlySpan<byte> resource)
    {
        var reader = new OtlpReader(resource);
        while (reader.TryNext(out var field, out var attribute, out _))
        {
            if (field != 1)
            {
                continue;
            }

            var (name, value) = ("", "");
            var pair = new OtlpReader(attribute);
            while (pair.TryNext(out var part, out var content, out _))
            {
                if (part == 1)
                {
                    name = Encoding.UTF8.GetString(content);
                }
                else if (part == 2)
                {
                    var any = new OtlpReader(content);
                    value = any.TryNext(out var kind, out var text, out _) && kind == 1 ? Encoding.UTF8.GetString(text) : "";
                }
            }

            if (name == "service.name")
            {
                return value;
            }
        }

        return "";
    }

    private static Span ReadSpan(string service, ReadOnlySpan<byte> message)
    {
        var (trace, parent, name, start, end) = ("", "", "", 0UL, 0UL);
        var reader = new OtlpReader(message);
        while (reader.TryNext(out var field, out var content, out var number))
        {
            switch (field)
            {
                case 1:
                    trace = Convert.ToHexStringLower(content);
                    break;
                case 4:
                    parent = Convert.ToHexStringLower(content);
                    break;
                case 5:
                    name = Encoding.UTF8.GetString(content);
                    break;
                case 7:
                    start = number;
                    break;
                case 8:
                    end = number;
                    break;
            }
        }

        return new Span(trace, parent, service, name, start, end);
    }

    private bool TryNext(out int field, out ReadOnlySpan<byte> content, out ulong number)
    {
        field = 0;
        content = default;
        number = 0;
        if (_rest.IsEmpty)
        {
            return false;
        }

        var tag = ReadVarint();
        field = (int)(tag >> 3);
        switch (tag & 7)
        {
            case 0:
                number = ReadVarint();
                break;
            case 1:
                number = BinaryPrimitives.ReadUInt64LittleEndian(_rest);
                _rest = _rest[8..];
                break;
            case 2:
                var length = (int)ReadVarint();
                content = _rest[..length];
                _rest = _rest[length..];
                break;
            case 5:
                number = BinaryPrimitives.ReadUInt32LittleEndian(_rest);
                _rest = _rest[4..];
                break;
            default:
                throw new InvalidDataException($"{tag & 7} is no wire type of today's Protocol Buffers.");
        }

        return true;
    }

    private ulong ReadVarint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = _rest[0];
            _rest = _rest[1..];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("A number has more than 64 bits.");
    }
}
