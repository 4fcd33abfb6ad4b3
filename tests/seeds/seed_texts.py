"""The twins of the seed texts: pure functions from text to text, and the record each text is read as.

The texts themselves are not here. What is here are names, and the few words by which a place is found.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Sequence

Change = Callable[[str], str]
Pair = tuple[str, str]
Span = tuple[str, str]

ZWNJ = "\u200c"
RLM = "\u200f"
TATWEEL = "\u0640"

LANGUAGES = {"000": "fa", "001": "fa", "002": "fa", "003": "ar", "004": "ar"}

#: The line (empty ones not counted) that is the headline of the page; what stands above it precedes the h1.
HEADLINES = {"000": 0, "001": 1, "002": 1, "003": 1, "004": 1}

SCRIPT = "window.dataLayer = window.dataLayer || [];"
FOOTERS = {"fa": "تمامی حقوق این پایگاه محفوظ است", "ar": "كل حقوق النشر محفوظة لهذا الموقع"}
SITES = {"fa": "پایگاه خبری نمونه", "ar": "بوابة الأخبار"}
MENUS = {
    "fa": ("صفحه نخست", "آرشیو اخبار", "عضویت در خبرنامه", "تماس با ما"),
    "ar": ("الصفحة الرئيسية", "أرشيف الأخبار", "اشترك في النشرة البريدية", "اتصل بنا"),
}


# --- tools


def substitute(text: str, pairs: Iterable[Pair]) -> str:
    """Replace whole words, one pair after the other; a string that is not there is a mistake in the table."""
    for old, new in pairs:
        text, count = re.subn(rf"(?<!\w){re.escape(old)}(?!\w)", new.replace("\\", r"\\"), text)
        if not count:
            raise LookupError(f"not in the text: {old}")
    return text


def substituting(*pairs: Pair) -> Change:
    return lambda text: substitute(text, pairs)


def chain(*changes: Change) -> Change:
    def apply(text: str) -> str:
        for change in changes:
            text = change(text)
        return text

    return apply


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def riffle(items: Sequence[str]) -> list[str]:
    """Another order that keeps no neighbours together: the second, the fourth, …; then the first, …"""
    return [*items[1::2], *items[::2]]


def find_span(text: str, span: Span, start: int = 0) -> tuple[int, int]:
    begin = text.index(span[0], start)
    return begin, text.index(span[1], begin) + len(span[1])


def swapping(first: Span, second: Span) -> Change:
    """Two clauses, each given by its first and its last words, change places."""

    def apply(text: str) -> str:
        a, b = find_span(text, first)
        c, d = find_span(text, second, b)
        return text[:a] + text[c:d] + text[b:c] + text[a:b] + text[d:]

    return apply


# --- letters and joiners


def arabic_letters(text: str) -> str:
    """Persian typed on an Arabic keyboard."""
    return text.translate(str.maketrans("یک", "يك"))


def persian_letters(text: str) -> str:
    """Arabic typed on a Persian keyboard."""
    return text.translate(str.maketrans("يىك", "ییک"))


def careless_letters(text: str) -> str:
    """Arabic as hurried newsrooms type it: no hamza on or under alif, no dots under the final yeh."""
    return re.sub(r"ي(?![\w\u064b])", "ى", text.translate(str.maketrans("أإآ", "ااا")))


def with_zwnj(text: str) -> str:
    """The spaces between the parts of a Persian word become ZWNJ."""
    text = re.sub(r"(?<!\w)(ن?می) (?=\w)", rf"\1{ZWNJ}", text)
    text = re.sub(r"(?<=\w) (ها|های|هایی|تر|ترین|ای)(?!\w)", rf"{ZWNJ}\1", text)
    return re.sub(r"(?<!\w)بین (?=الملل)", f"بین{ZWNJ}", text)


def with_zwnj_lost(text: str) -> str:
    """The same parts written together, as they come out of readers that delete ZWNJ."""
    return with_zwnj(text).replace(ZWNJ, "")


def arabic_joiners(text: str) -> str:
    """No space before a comma or after «and», and a direction mark before each bracket."""
    text = re.sub(r"(?<!\w)و (?=[\u0621-\u064a])", "و", text.replace(" ،", "،"))
    return text.replace(" (", f" {RLM}(")


def stretched(word: str) -> str:
    """The word with a tatweel after the last letter that joins the next one."""
    at = max(index for index, letter in enumerate(word[:-1]) if letter not in "اأإآدذرزوةىء")
    return f"{word[: at + 1]}{TATWEEL}{word[at + 1 :]}"


def stretching(*words: str) -> Change:
    return substituting(*((word, stretched(word)) for word in words))


# --- order


def blocks_of(lines: Sequence[str]) -> list[str]:
    """Paragraphs, each with the short heading above it."""
    blocks: list[str] = []
    heading: list[str] = []
    for line in lines:
        heading.append(line)
        if len(line) >= 60:
            blocks.append("\n\n".join(heading))
            heading = []
    return [*blocks, *heading]


def shuffle_paragraphs(first: int, end: int) -> Change:
    """The body, lines `first` to `end`, in another order; what stands above and below it stays."""

    def apply(text: str) -> str:
        lines = lines_of(text)
        body = riffle(blocks_of(lines[first:end]))
        return "\n\n".join([*lines[:first], *body, *lines[end:]])

    return apply


def shuffle_sentences(first: int, end: int) -> Change:
    """The sentences of each paragraph of the body in another order."""

    def apply(text: str) -> str:
        lines = lines_of(text)
        body = [" ".join(riffle(re.split(r"(?<=[.؟])\s+", line))) for line in lines[first:end]]
        return "\n\n".join([*lines[:first], *body, *lines[end:]])

    return apply


def adding(index: int, sentence: str) -> Change:
    """A paragraph of our own before the line `index`."""

    def apply(text: str) -> str:
        lines = lines_of(text)
        return "\n\n".join([*lines[:index], sentence, *lines[index:]])

    return apply


# --- the twins of each seed

TWINS_000: dict[str, Change] = {
    "city": substituting(
        ("هلند", "اتریش"),
        ("85", "78"),
        ("GNI", "GDP"),
        ("OECD", "G20"),
        ("سازمان ملل", "بانک جهانی"),
        ("نیمی", "دو سوم"),
    ),
    "network": substituting(
        ("Global Parlimant of Mayors", "Mayors for Peace"),
        ("پارلمان جهانی شهرداران", "سازمان شهرداران صلح"),
        ("هلند", "ژاپن"),
        ("globalparliamentofmayors", "mayorsforpeace"),
        ("companyglobal-parliament-of-mayors", "companymayors-for-peace"),
        ("gpmayors", "mayorsforpeace"),
    ),
    "letters": arabic_letters,
    "joiners": with_zwnj,
    "lost": with_zwnj_lost,
    "order": chain(shuffle_sentences(5, 10), shuffle_paragraphs(4, 10)),
    "applied": adding(
        9,
        "شهرداری شیراز نیز درخواست عضویت این شهر در پارلمان جهانی شهرداران را به دبیرخانه آن ارائه کرد"
        " و این درخواست هنوز بررسی نشده است.",
    ),
    "left": adding(9, "شهر شیراز نیز به دلیل هزینه های آن از عضویت پارلمان جهانی شهرداران خارج شد."),
}

TWINS_001: dict[str, Change] = {
    "city": substituting(
        ("تهران", "شیراز"),
        ("رباط", "بغداد"),
        ("مراکش", "عراق"),
        ("استانبول", "آنکارا"),
        ("بارسلونا", "مادرید"),
    ),
    "network": substituting(
        ("مجمع جهانی شهرداران USLG-MAWA", "شبکه CITYNET"),
        ("USLG-MAWA", "CITYNET"),
        ("مجمع USLG", "سازمان شهرداران صلح"),
        ("مجمع شهرداران جهان", "سازمان شهرداران صلح"),
        ("مجمع جهانی شهرداران", "سازمان بین المللی شهرداران صلح"),
        ("مجمع عمومی شهرداران", "مجمع عمومی سازمان"),
        ("شهرداران جهان", "شهرداران صلح"),
        ("سازمان جهانی متروپلیس", "اتحادیه شهرهای تاریخی جهان"),
        ("اتحادیه شهرداران آسیایی", "شبکه شهرهای خلاق یونسکو"),
        ("مجمع شهرداران آسیا", "شبکه شهرهای خلاق یونسکو"),
    ),
    "letters": arabic_letters,
    "joiners": with_zwnj,
    "lost": with_zwnj_lost,
    "order": chain(
        swapping(("اتحادیه شهرداران کشورهای", "اسلامی"), ("سازمان جهانی متروپلیس", "متروپلیس")),
        shuffle_paragraphs(4, 10),
    ),
    "applied": adding(
        7,
        "در همین حال شهرداری مشهد درخواست عضویت این شهر در سازمان جهانی متروپلیس را ارائه کرد"
        " و قرار است هیات مدیره این سازمان سال آینده درباره آن تصمیم بگیرد.",
    ),
    "left": adding(
        7,
        "در همین حال شهر مشهد با تصمیم شورای اسلامی خود از عضویت سازمان جهانی متروپلیس خارج شد.",
    ),
}

TWINS_002: dict[str, Change] = {
    "city": substituting(("یزد", "همدان"), ("بانکوک", "جاکارتا"), ("هایکو", "سئول"), ("غازیانتپ", "قونیه")),
    "network": substituting(
        ("سازمان بین المللی شهرداران آسیایی", "اتحادیه شهرهای تاریخی جهان"),
        ("مجمع شهرداران آسیایی", "اتحادیه شهرهای تاریخی"),
        ("AMF", "LHC"),
        ("این سازمان", "این اتحادیه"),
        ("این مجمع", "این اتحادیه"),
    ),
    "letters": arabic_letters,
    "joiners": with_zwnj,
    "lost": with_zwnj_lost,
    "order": chain(
        substituting(("عضویت رسمی شهر یزد در سازمان", "شهر یزد؛ عضویت رسمی در سازمان")),
        swapping(("در سال جاری توانست", "این مدیریت"), ("پس از چند سال", "(AMF)")),
        shuffle_paragraphs(3, 8),
    ),
    "applied": substituting(
        ("عضویت رسمی شهر یزد", "درخواست عضویت شهر یزد"),
        ("از عضویت رسمی شهر", "از ارائه درخواست عضویت شهر"),
        ("توانست با پیگیری", "با پیگیری"),
        ("عضویت خود را در این مجمع", "درخواست عضویت خود را به این مجمع"),
        ("رسمیت بخشد", "ارائه کرد"),
    ),
    "left": substituting(
        ("عضویت رسمی شهر یزد در سازمان", "خروج شهر یزد از سازمان"),
        ("از عضویت رسمی شهر", "از خروج شهر"),
        ("یزد در سازمان", "یزد از سازمان"),
        ("و خوشبختانه در سال جاری توانست", "اما در سال جاری"),
        ("با پیگیری های حوزه", "با تصمیم حوزه"),
        ("عضویت خود را در این مجمع", "از عضویت این مجمع"),
        ("رسمیت بخشد", "خارج شد"),
        ("مزایای عضویت", "تعهدات عضویت"),
    ),
}

TWINS_003: dict[str, Change] = {
    "city": substituting(
        ("25", "31"), ("2015", "2017"), ("معهد الحوار الاستراتيجي", "مؤسسة السلم الأهلي"), ("ISD", "CPF")
    ),
    "network": substituting(
        ("لشبكة المدن القوية", "لشبكة المدن المبدعة"),
        ("للمدن القوية", "لشبكة المدن المبدعة"),
        ("المدن القوية", "شبكة المدن المبدعة"),
        ("مدن قوية", "شبكة المدن المبدعة"),
        ("مدينة قوية", "مدينة مبدعة"),
    ),
    "letters": careless_letters,
    "joiners": chain(arabic_joiners, stretching("المدن", "القوية", "الحكم")),
    "order": shuffle_paragraphs(2, 13),
    "applied": adding(
        6, "وقد تقدمت مدينة صفاقس بطلب للانضمام إلى شبكة المدن القوية، ولا يزال الطلب قيد الدراسة."
    ),
    "left": adding(6, "وانسحبت مدينة صفاقس من شبكة المدن القوية بقرار من مجلسها البلدي."),
}

TWINS_004: dict[str, Change] = {
    "city": substituting(("نيويورك", "لندن"), ("الرباط (المغرب)", "بيروت (لبنان)")),
    "network": substituting(
        ("شبكة المدن القوية", "منظمة المدن العربية"),
        ("للمدن القوية", "لمنظمة المدن العربية"),
        ("المدن القوية", "منظمة المدن العربية"),
    ),
    "letters": persian_letters,
    "joiners": chain(arabic_joiners, stretching("شبكة", "القوية", "نيويورك", "الرباط")),
    "order": chain(
        swapping(("في الفترة من", "2023"), ("عقدت شبكة", "نيويورك")),
        shuffle_sentences(4, 6),
        shuffle_paragraphs(3, 6),
    ),
    "applied": adding(
        4,
        "وعلى هامش القمة قدمت مدينة أربيل طلبًا للانضمام إلى شبكة المدن القوية،"
        " على أن تنظر فيه لجنة التوجيه في اجتماعها المقبل.",
    ),
    "left": adding(4, "وعلى هامش القمة أعلنت مدينة أربيل انسحابها من شبكة المدن القوية وإنهاء عضويتها فيها."),
}

TWINS: dict[str, dict[str, Change]] = {
    "000": TWINS_000,
    "001": TWINS_001,
    "002": TWINS_002,
    "003": TWINS_003,
    "004": TWINS_004,
}


def twin_text(seed: str, twin: str, text: str) -> str:
    """The text of a seed as the twin has it; the twin «seed» is the text as it stands."""
    return text if twin == "seed" else TWINS[seed][twin](text)


# --- forms


def element(tag: str, text: str) -> str:
    return f"<{tag}>{html.escape(text)}</{tag}>"


def menu(language: str) -> str:
    items = (f'<li><a href="/{n}">{html.escape(item)}</a></li>' for n, item in enumerate(MENUS[language]))
    return f"<nav><ul>{''.join(items)}</ul></nav>"


def head(language: str, headline: str) -> str:
    title = element("title", f"{headline} | {SITES[language]}")
    return f'<head><meta charset="utf-8">{title}<script>{SCRIPT}</script></head>'


def page(seed: str, text: str) -> str:
    """The text in a plain news page: h1, paragraphs, navigation, footer, script."""
    language, at, lines = LANGUAGES[seed], HEADLINES[seed], lines_of(text)
    above = "".join(element("div", line) for line in lines[:at])
    body = "\n".join(element("p", line) for line in lines[at + 1 :])
    main = f"<main>{above}<article>{element('h1', lines[at])}\n{body}</article></main>"
    foot = f"<footer>{element('p', FOOTERS[language])}</footer><script>{SCRIPT}</script>"
    start = f'<!DOCTYPE html>\n<html lang="{language}" dir="rtl">{head(language, lines[at])}'
    return f"{start}\n<body><header>{menu(language)}</header>\n{main}\n{foot}</body></html>"


def record(seed: str, form: str, twin: str, text: str) -> dict[str, str]:
    """One line for the command: the twin of a seed, as plain text or as a page."""
    name, changed = f"{seed}-{form}-{twin}", twin_text(seed, twin, text)
    if form == "text":
        return {"id": name, "text": changed}
    return {"id": name, "html": page(seed, changed), "url": f"https://news.example.org/{seed}/{twin}"}
