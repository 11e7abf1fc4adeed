using System.Text.RegularExpressions;

namespace ImageApp.CaptionFunction.Answers;

/// <summary>Sentences in which a model speaks of itself and not of the picture.</summary>
internal static partial class Refusals
{
    /// <summary>Whether a sentence says that the model will not, or must not, describe the picture.</summary>
    public static bool IsRefusal(string sentence) => Refusal().IsMatch(sentence);

    /// <summary>Whether a sentence says that the model got no picture, or cannot see any.</summary>
    public static bool IsBlind(string sentence) => Blind().IsMatch(sentence);

    private const string Ability = "(?:can(?:no|['’]?)t|can not|am (?:not able|unable|not allowed|not permitted) to|['’]m (?:not able"
        + "|unable|not allowed|not permitted) to|won['’]?t|will not|must decline|have to decline|decline to|do(?: not"
        + "|n['’]t) have the (?:ability|capability) to|do not feel comfortable|don['’]t feel comfortable|refuse to|not going to)";

    private const string Deed = "(?:be able to )?(?:help(?! but)|assist|describ|identif|provid|compl|fulfil|process|discuss|comment"
        + "|continu|engage|generat|creat|writ|do that|do this|recogni[sz]|nam|analy[sz]|answer|respond|offer|share|support|caption"
        + "|participat|to)";

    private const string Sorry = "(?:(?:i['’]?m|i am|i do|i|so|very|really|terribly|truly|my)[ ,]*)*(?:sorry|apologi\\w*|apologies"
        + "|unfortunately|regrettably|as an ai[^,.]{0,40}|thank(?:s| you)[^,.]{0,60})?[,.!;: —–-]*(?:but|however|for (?:the"
        + "|any) [^,.]{0,30})?[, ]*";

    // In the languages that captions are mostly asked for in; models decline in the language of the request.
    [GeneratedRegex(
        "^\\W{0,3}(?:" + Sorry + "(?:i )" + Ability + "\\b.{0,30}?\\b" + Deed
        + "|" + Sorry + "(?:i (?:must|have to|need to|will) (?:\\w+ )?decline\\b|it(?: is|['’]s) not (?:possible"
        + "|appropriate)(?: for me)? to )"
        + "|" + Sorry + "(?:this|that|the|your) (?:request|image|picture|photo|content)\\b.{0,40}(?:violates? (?:our|my|the|content|usage)"
        + "|(?:is|goes) against (?:our|my|the) (?:guideline|polic|rule|term)|is (?:inappropriate|not appropriate))"
        + "|(?:es )?(?:tut mir|tut uns) (?:sehr )?leid,? (?:aber |doch )?(?:ich|dabei|das|bei) |(?:leider )?(?:kann|darf) ich (?:dir|ihnen"
        + "|dabei|dieses|diese|das|keine|nicht|hierbei|damit)\\b|ich (?:kann|darf) (?:dir|ihnen|dabei|dieses|diese|das|keine|nicht"
        + "|leider)\\b.{0,60}(?:helfen|beschreib|identifi|unterst|erkenn|weiter)"
        + "|(?:je suis |nous sommes )?(?:vraiment )?d[ée]sol[ée]\\w*,? (?:mais )?(?:je|nous) |je ne (?:peux|suis|puis)\\b.{0,40}(?:aider"
        + "|d[ée]crire|identifier|fournir|r[ée]pondre|capable|mesure)"
        + "|lo siento,? (?:pero )?(?:no|mucho)|no puedo (?:ayudar|describir|identificar|proporcionar|cumplir)"
        + "|mi dispiace,? (?:ma )?non|non posso (?:aiutar|descriver|identificar|fornir)|(?:desculp\\w+|sinto muito"
        + "|lamento),? (?:mas )?n[ãa]o|n[ãa]o posso (?:ajudar|descrever|identificar|fornecer)"
        + "|het spijt me,? (?:maar )?ik|ik kan (?:je |u )?(?:hier|daar|dit|deze|niet)\\b.{0,40}(?:helpen|beschrijv|identific)"
        + "|(?:很|非常)?(?:抱歉|对不起|對不起)[，,]?.{0,6}(?:我|但)?.{0,6}(?:无法|不能|無法|不便)|我(?:无法|不能|無法).{0,12}(?:描述|识别|提供|協助|协助|帮)"
        + "|(?:申し訳|すみません|恐れ入り).{0,60}(?:できません|できかね|いたしかねます)|죄송.{0,60}(?:없습니다|어렵습니다|없어요)"
        + "|(?:извините|к сожалению|простите),? (?:но )?я не (?:могу|смогу))",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Refusal();

    private const string Image = "(?:images?|pictures?|photos?|photographs?|attachments?|visuals?)\\b";

    [GeneratedRegex(
        "^\\W{0,3}" + Sorry + "(?:(?:as|since|because) [^,.]{0,60}, ?)?(?:it (?:seems|looks|appears)(?: like| as (?:if|though)"
            + "| that)? )?(?:"
        + "i (?:can(?:no|['’]?)t|can not|am unable to|['’]m unable to|am not able to|am not capable of|do(?: not"
        + "|n['’]t) have the (?:ability|capability) to|have no (?:ability|way) to)"
        + " (?:directly |actually |currently )?(?:view|see|access|open|display|receive|look at|perceive|process)\\w* "
        + "(?:(?:any|the|this|that|these|your|an|a|or|and|actual|attached|uploaded|provided|shared|visual|external|images?|files?) ){0,4}"
        + Image
        + "|i(?: can|['’]m able to| am able to)? only (?:process|handle|read|work with|see|understand) text"
        + "|i (?:do(?: not|n['’]t) see|did(?: not|n['’]t) (?:receive|see|get|find)|have(?: not|n['’]t) received) (?:any|an|the"
        + "|your) (?:\\w+ ){0,2}?" + Image
        + "|(?:you |there )?(?:did(?: not|n['’]t)|have(?: not|n['’]t)|forgot to|is no|was no|are no) (?:\\w+ ){0,4}?" + Image
        + "|(?:no|the|your) " + Image + " (?:was|were|is|has|have|did|failed)(?: not|n['’]t)?(?: been)? (?:\\w+ )?(?:attach|upload|provid"
        + "|includ|shar|load|come|receiv)\\w*"
        + ")|^\\W{0,3}(?:please|could you(?: please)?|can you(?: please)?) (?:upload|provide|share|attach|send) (?:me )?(?:the|an|a"
        + "|your) (?:\\w+ )?" + Image,
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Blind();
}
