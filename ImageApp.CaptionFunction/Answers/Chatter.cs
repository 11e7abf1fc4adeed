using System.Text.RegularExpressions;

namespace ImageApp.CaptionFunction.Answers;

/// <summary>Takes out what a model says to the person who asks, before and behind the description.</summary>
internal static partial class Chatter
{
    private const int MaxRounds = 4;
    private static readonly Regex[] Openings = [Title(), Opening(), Label(), Announcement(), Interjection()];

    /// <summary>The description alone.</summary>
    /// <param name="text">Plain text, its blocks one a line.</param>
    public static string Remove(string text)
    {
        for (var round = 0; round < MaxRounds; round++)
        {
            var before = text.Length;
            text = WithoutOpening(text.TrimStart());
            if (text.Length == before)
            {
                break;
            }
        }

        return WithoutClosing(Second().Replace(text, ""));
    }

    private static string WithoutOpening(string text)
    {
        foreach (var pattern in Openings)
        {
            if (pattern.Match(text) is { Success: true } opening)
            {
                // What stood behind an opening may not have been the beginning of a sentence.
                var rest = text[opening.Length..].TrimStart();
                return rest.Length == 0 ? text : char.ToUpperInvariant(rest[0]) + rest[1..];
            }
        }

        return text;
    }

    private static string WithoutClosing(string text)
    {
        var sentences = Sentences.Split(text).ToList();
        while (sentences.Count > 1 && Offer().IsMatch(sentences[^1]) && Sentences.HasBalancedQuotes(sentences[^1]))
        {
            sentences.RemoveAt(sentences.Count - 1);
        }

        return sentences.Count == 1 && Offer().IsMatch(sentences[0]) ? "" : string.Concat(sentences).TrimEnd();
    }

    private const string Yes = "(?:(?:sure(?: thing)?|certainly|of course|absolutely|okay|ok|alright|all right|great|got it|no problem"
        + "|gladly|understood|happy to help|with pleasure|yes"
        + "|gerne|natürlich|selbstverständlich|sicher|klar|bien sûr|certainement|avec plaisir|d['’]accord|voilà|claro(?: que sí)?"
        + "|por supuesto|con gusto|certo|certamente|ecco|com certeza|natuurlijk|zeker|graag"
        + "|好的|当然|當然|はい|もちろん(?:です)?|承知しました|네|물론(?:입니다|이죠)?|конечно)[!,.，。！、:]*\\s*)";

    private const string Here = "(?:here(?:['’]s| is| are| you (?:go|are))|below is|the following is|this is|this would be|i(?:['’]d"
        + "| would)? (?:describe|suggest|propose)|i(?:['’]ve| have) (?:written|prepared|provided|created)"
        + "|hier(?: ist| sind| kommt| die| eine)?|(?:im )?folgende?n?s?|voici|ci-dessous|aquí (?:tienes|tiene|está|va)|a continuación|ecco"
        + "|di seguito|aqui (?:está|vai|tem)|segue|hieronder|以下|下面|这是|這是|こちら|다음은?|вот)";

    private const string Noun = "(?:descri\\w*|captions?|alt[- ]?text\\w*|paragraphs?|summary|overview|response|answer|analysis|breakdown"
        + "|\\w*beschreibung\\w*|bildunterschrift|bildtext|alternativtext|antwort|l[ée]gende|paragraphe|texte alternatif|leyenda"
        + "|p[áa]rrafo|texto alternativo|didascalia|testo alternativo|paragrafo|legenda|par[áa]grafo|beschrijving|bijschrift"
        + "|描述|说明|說明|説明|キャプション|설명|описание\\w*|подпис\\w*)";

    // "Title: A Harbour", where the description follows under its own name.
    [GeneratedRegex(
        "^\\W{0,4}(?:title|headline|titel|titre|título|titolo)\\s?:.{1,120}?\\s"
        + "(?=\\W{0,4}(?:(?:image|picture|short|brief|detailed|full) )?" + Noun + "\\s?:)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Title();

    // "Sure! Here is a description of the picture:"
    [GeneratedRegex(
        "^\\W{0,4}" + Yes + "?\\W{0,2}" + Here + "(?:(?! of )[^.\\n:：。]){0,60}?" + Noun + "[^.\\n:：。]{0,120}[:：]\\s*"
        + "|^\\W{0,4}" + Yes + "?here you (?:go|are)\\s?[:!.]\\s*",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Opening();

    // "Description:", "Caption (alt text):"; behind the colon the text itself.
    [GeneratedRegex(
        "^\\W{0,4}(?:(?:image|picture|photo|visual|the|short|brief|detailed|final|suggested|my|here's|scene)[ -]){0,3}(?:description"
            + "|caption|alt[- ]?text|alt|answer|response|output|result|paragraph|summary|assistant"
        + "|(?:bild)?beschreibung|bildunterschrift|antwort|alternativtext|description de l['’]image|description|légende|réponse"
        + "|descripci[óo]n(?: de la imagen)?|leyenda|respuesta|descrizione(?: dell['’]immagine)?|didascalia|risposta"
        + "|descri[çc][ãa]o(?: da imagem)?|legenda|resposta|(?:afbeeldings)?beschrijving|bijschrift|(?:图片|图像|圖片|照片|画像の?|写真の?)?(?:描述|说明|說明"
        + "|説明|キャプション)|(?:이미지 |사진 )?설명|описание)(?: \\([^()\\n]{1,30}\\))?\\s?(?:[:：]\\s*|\\.\\n)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Label();

    // The same as a sentence of its own: "Here is a description of the picture." "Let me describe the image." "I'd be happy to help!"
    [GeneratedRegex(
        "^\\W{0,4}" + Yes + "?(?:" + Here + "(?:(?! of )[^.!\\n:：。]){0,60}?" + Noun + "[^.!\\n:：。]{0,30}(?:image|picture|photo|photograph"
            + "|bild\\w*|foto\\w*|imagen?|immagine|imagem|afbeelding|图片|照片|画像|写真|사진)[^.!\\n:：。\"“]{0,40}[.!。]\\s+"
        + "|(?:let me|let['’]s) (?:see|look|think)\\b[^.!\\n:：]{0,40}[.!:：…]+\\s+"
        + "|(?:let me|i will|i['’]ll|i can|allow me to|let['’]s|i['’]d be (?:happy|glad) to|i am happy to"
        + "|i['’]m happy to) (?:gladly )?(?:help|assist|describe|take a look|analy[sz]e|provide|create|write"
        + "|give)\\b[^.!\\n:：]{0,100}[.!:：]\\s+"
        + "|(?:as requested|as you asked|based on (?:the|your) (?:image|picture|photo)(?: (?:that )?(?:you(?:['’]ve| have)?(?: \\w+)?"
        + "|provided|shared|uploaded))?), )",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Announcement();

    // One word before the text: "Sure! …", "Certainly, …".
    [GeneratedRegex(
        "^[¡¿\\s]{0,2}(?:sure(?: thing)?|certainly|of course|absolutely|okay|ok|alright|got it|no problem|gladly|understood|happy to help"
        + "|gerne"
            + "|natürlich|selbstverständlich|bien sûr|certainement|avec plaisir|claro|por supuesto|certo|com certeza|natuurlijk|好的|当然|當然"
            + "|はい|もちろんです|承知しました|네|물론입니다|конечно)\\s?(?:[!,，。！、]|\\.(?=\\s))\\s*",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Interjection();

    // A second, shorter version under its own name.
    [GeneratedRegex("(?<=.{20}[.!?]\\s)\\s*alt(?:ernative)?[- ]text\\s?:.*\\z", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Second();

    [GeneratedRegex(
        "^\\W{0,4}(?:(?:approximate )?word count\\b"
        + "|this (?:description|caption|paragraph|alt[- ]text) (?:is|contains|has|uses|should|aims|provides|meets)\\b"
            + "|note(?: that)?:? (?:i |this (?:description|response|is (?:based|only))|the (?:description|above))"
            + "|\\(?end of (?:the )?(?:description|caption)|(?:keywords?|(?:hash)?tags)\\s?:|(?:#\\w+[\\s.,]*)+$|would you like"
            + "|do you want|do you need|would you (?:prefer|be interested)|shall i|should i|want (?:me|a|an|the|more|something)\\b"
            + "|need (?:a|an|any\\w*|more|me)\\b|(?:would|do|can|could|shall|should|is|are|what|how|which|have|will"
            + "|did)\\b[^\"“”«»]{0,200}\\byou\\b[^\"“”«»]{0,200}\\?|can i (?:help|assist|do)|may i (?:help|assist)|is there (?:anything"
            + "|something)|are you looking for|what (?:else|would you|do you)|how (?:else )?(?:can|may) i"
        + "|(?:please |just |and |so )?(?:let me know|feel free|don['’]t hesitate|do not hesitate|tell me (?:if|what|more)"
        + "|(?:i )?hope (?:this|that|it) (?:helps|description|is|works|meets|captures|was)|i(?: can|['’]d be happy to|['’]m happy to"
        + "| would be happy to|['’]m here to| could)(?: also| further)? (?:help|provide|describe|add|adjust|write|elaborate|refine|give"
        + "|assist|expand|tailor|shorten|answer))"
        + "|if (?:you(?:['’]d| would|['’]ve| have)? ?(?:like|want|need|have|prefer|wish|share|tell|provide|require|give)|there(?:['’]s"
        + "| is) anything|anything)\\b.{0,200}\\b(?:i|me|let|feel|just|please|happy|ask)\\b"
        + "|(?:möchte(?:n|st) (?:sie|du)|soll(?:en)? (?:ich|wir)|brauch(?:en|st) (?:sie|du)|kann ich (?:dir|ihnen|sonst|noch)"
        + "|lass(?:en sie|t)? (?:es )?mich|sag(?:en sie)? (?:mir|einfach|bescheid)|ich hoffe,? (?:das|dass|diese)|wenn (?:du"
        + "|sie) (?:möchte|willst|wollen|noch|weitere|mehr|wünsch|fragen|brauch)|falls (?:du|sie)|bei (?:weiteren )?fragen|gerne kann ich"
        + "|gib mir bescheid|geben sie mir)"
        + "|(?:souhait(?:ez|es)[- ](?:vous|tu)|voulez-vous|veux-tu|n['’]hésit(?:ez|e) pas|dites-moi|dis-moi|faites-moi savoir"
        + "|fais-moi savoir|j['’]espère que (?:cel|cet|ç)|si vous (?:souhaitez|voulez|avez|désirez)|puis-je vous|avez-vous besoin)"
        + "|(?:te gustaría|le gustaría|quieres que|quiere que|deseas|desea que|necesitas|hay algo más|avísame|avíseme|házmelo saber"
        + "|hágamelo saber|dime si|espero que (?:esto|esta|te|le)|si (?:quieres|quiere|necesitas|necesita|deseas|desea|tienes|tiene)"
        + "|no dudes|no dude|puedo ayudar)"
        + "|(?:vuoi che|vorresti|desideri|ti piacerebbe|fammi sapere|mi faccia sapere|spero che|se (?:vuoi|desideri|hai|ti serve)"
        + "|posso aiutar)"
        + "|(?:gostaria (?:de|que)|quer que|deseja que|precisa de|avise-me|me avise|diga-me|espero que (?:isso|esta|ajude)|se (?:quiser"
        + "|precisar|desejar)|posso ajudar|fique à vontade)"
        + "|(?:wil je|wilt u|zal ik|laat (?:het )?me weten|laat het (?:me |mij )?weten|ik hoop dat|als je (?:meer|nog|wilt)|kan ik (?:je"
        + "|u))"
        + "|(?:您|你)?(?:还|還)?(?:需要我|想要我|是否需要|希望我|如果您|如果你|如需|请告诉我|請告訴我|希望(?:这|這|以上|对))|(?:他に|さらに|もし|何か|ご希望|お知らせ|詳しい説明が必要)[^。]{0,40}(?:ください"
        + "|ましょうか|でしょうか|ますか)|(?:더 |다른 |추가)[^.]{0,40}(?:주세요|까요|나요)"
        + "|(?:хотите|дайте знать|сообщите|надеюсь|если (?:вам|вы|нужн)))",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Offer();
}
