using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace ImageApp.LocalAws.Console;

/// <summary>A piece of HTML. What is put into it is encoded, unless it is such a piece itself: no text can become markup.</summary>
internal readonly record struct Html
{
    private readonly string? _markup;

    private Html(string markup) => _markup = markup;

    public static Html Empty => default;

    /// <summary>Makes a piece of a template whose holes are encoded.</summary>
    public static Html Of(Template template) => new(template.Markup);

    /// <summary>Pieces one after the other.</summary>
    public static Html Join(IEnumerable<Html> pieces) => new(string.Concat(pieces.Select(piece => piece._markup)));

    public override string ToString() => _markup ?? "";

    /// <summary>An interpolated string that is on its way to become HTML.</summary>
    [InterpolatedStringHandler]
    internal readonly ref struct Template
    {
        private readonly StringBuilder _markup;

        public Template(int literalLength, int formattedCount) => _markup = new StringBuilder(literalLength + formattedCount * 16);

        public string Markup => _markup.ToString();

        public void AppendLiteral(string literal) => _markup.Append(literal);

        public void AppendFormatted(string? text) => _markup.Append(HtmlEncoder.Default.Encode(text ?? ""));

        public void AppendFormatted(Html piece) => _markup.Append(piece._markup);

        public void AppendFormatted(IEnumerable<Html> pieces) => _markup.Append(Join(pieces)._markup);

        public void AppendFormatted(IFormattable value) =>
            AppendFormatted(value.ToString(null, System.Globalization.CultureInfo.InvariantCulture));
    }
}
