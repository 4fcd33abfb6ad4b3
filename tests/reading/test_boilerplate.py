import html
from collections.abc import Callable
from datetime import datetime

import pytest

from news.languages.tokens import fold
from news.values import Article, Page
from reading import read_page, read_text
from reading.boilerplate import clean, rules

Seed = Callable[[str], str]
MakePage = Callable[..., Page]

#: Folded words that must be gone from a seed, and the number of paragraphs that must stay.
GONE = {
    "000": ("linkedin com", "twitter com", "facebook com"),
    "001": ("هاست ایران", "خلاصه خبر", "منبع خبر در"),
    "002": ("لینک کوتاه", "دیدگاهتان", "recaptcha", "نشانی ایمیل", "ریکپچا"),
    "003": ("arrow", "facebook", "wpml", "ترجمت محتوی"),
    "004": ("arrow", "facebook", "wpml", "وقت القراءه", "ابق علی اطلاع"),
}
LONG = 150


def wrapped(text: str, title: str) -> str:
    """The seed's lines as the page that they may have come from."""
    paragraphs = "\n".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines() if line.strip())
    links = "".join(f'<li><a href="/c/{number}">Section {number}</a></li>' for number in range(12))
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{html.escape(title)}</title></head><body>'
        f"<header><ul>{links}</ul></header><main><article><h1>{html.escape(title)}</h1>{paragraphs}</article></main>"
        f"<footer><p>All rights reserved</p><ul>{links}</ul></footer></body></html>"
    )


def long_lines(text: str) -> list[str]:
    """Paragraphs that are surely the article's own."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return [line for line in lines if len(line) > LONG and "reCAPTCHA" not in line and "arrow" not in line]


@pytest.mark.parametrize("prefix", sorted(GONE))
def test_a_seed_as_plain_text_is_cleaned_and_loses_no_paragraph(
    prefix: str, seed: Seed, now: datetime
) -> None:
    text = seed(prefix)
    article = read_text(text, now=now)
    assert isinstance(article, Article)
    folded = fold(article.text)
    for phrase in GONE[prefix]:
        assert fold(phrase) not in folded
    for paragraph in long_lines(text):
        assert paragraph in article.text


@pytest.mark.parametrize("prefix", sorted(GONE))
def test_a_seed_as_a_page_gives_the_same_paragraphs(
    prefix: str, seed: Seed, now: datetime, make_page: MakePage
) -> None:
    text = seed(prefix)
    plain = read_text(text, now=now)
    assert isinstance(plain, Article)
    article = read_page(make_page(wrapped(text, plain.title)), source=None, lead=None, now=now)
    assert isinstance(article, Article)
    assert article.title == plain.title
    assert article.language.code == plain.language.code
    folded = fold(article.text)
    for phrase in (*GONE[prefix], "Section 3", "All rights reserved"):
        assert fold(phrase) not in folded
    for paragraph in long_lines(text):
        assert paragraph in article.text


@pytest.mark.parametrize(
    ("prefix", "language", "title"),
    [
        ("000", "fa", "Global Parlimant of Mayors"),
        ("001", "fa", "دعوت از قالیباف"),
        ("002", "fa", "عضویت رسمی شهر یزد"),
        ("003", "ar", "هيكلنا"),
        ("004", "ar", "القمة العالمية الرابعة"),
    ],
)
def test_a_seed_gets_its_own_title_and_language(
    prefix: str, language: str, title: str, seed: Seed, now: datetime
) -> None:
    article = read_text(seed(prefix), now=now)
    assert isinstance(article, Article)
    assert article.language.code == language
    assert article.title.startswith(title)
    assert fold(article.title) not in map(fold, article.text.split("\n")[:3])


def test_the_copied_story_names_its_newspaper(seed: Seed, now: datetime) -> None:
    article = read_text(seed("001"), now=now)
    assert isinstance(article, Article)
    assert article.original_source == "تهران امروز"


@pytest.mark.parametrize(
    "line",
    [
        "arrow-left arrow-right facebook twitter",
        "arrow-leftarrow-rightfacebookTwitter",
        "close",
        "3 min read",
        "— ۵ دقیقه مطالعه",
        "لینك كوتاه: https://example.org/x/1",
        "Bu haberi paylaş",
        "We use cookies to improve your visit.",
        "This page was automatically translated.",
        "https://www.instagram.com/somebody",
        "• • •",
    ],
)
def test_these_lines_are_never_text(line: str) -> None:
    assert clean(["The council met on Monday and voted for the plan.", line]) == [
        "The council met on Monday and voted for the plan."
    ]


BODY = "The council met on Monday and voted for the plan of the coming year."


@pytest.mark.parametrize(
    "line",
    [
        "Partager sur Facebook",
        "Compartir en Twitter",
        "Artikel teilen",
        "Поделиться в соцсетях",
        "Condividi su Facebook",
        "Partilhar no Facebook",
        "12 просмотров",
        "Nous utilisons des cookies pour améliorer votre visite.",
        "Usamos cookies propias y de terceros.",
        "Diese Seite nutzt Cookies.",
        "Мы используем файлы cookie.",
        "Utilizziamo i cookie per migliorare il sito.",
        "Utilizamos cookies para melhorar a sua visita.",
        "Link breve: https://example.org/x/1",
        "Tempo di lettura: 3 minuti",
        "Iscriviti alla newsletter",
        "Palavras-chave: cidade, rede",
        "Tutti i diritti riservati",
        "Gehostet bei Beispiel",
        "Los campos obligatorios están marcados con *",
    ],
)
def test_nor_are_these_in_other_languages(line: str) -> None:
    assert clean([BODY, line]) == [BODY]


@pytest.mark.parametrize(
    "heading",
    [
        "Kommentar schreiben",
        "Laisser une réponse",
        "Dejar un comentario",
        "Оставьте комментарий",
        "Lascia una risposta",
        "Deixe uma resposta",
    ],
)
def test_comment_forms_end_a_text_in_every_language(heading: str) -> None:
    assert clean([BODY, heading, "Name", "Great news for everyone, thanks a lot."]) == [BODY]


@pytest.mark.parametrize(
    "heading",
    ["Mehr zum Thema", "Voir aussi", "Lea también", "Материалы по теме", "Articoli correlati", "Leia também"],
)
def test_other_headlines_go_in_every_language(heading: str) -> None:
    assert clean([BODY, heading, "Bridge opens to traffic", "Park to close in winter"]) == [BODY]


@pytest.mark.parametrize(
    "line",
    [
        "Die Stadt teilt ihre Erfahrung mit anderen Städten.",
        "La ville partage son expérience avec les membres du réseau.",
        "La ciudad comparte sus datos con la red.",
        "Город делится опытом с другими городами.",
        "Il comune condivide i dati con la rete.",
        "A prefeitura compartilha os dados com a rede.",
        "Réalisation du tramway : la ville avance.",
        "Хостинг городов мира принимает конгресс.",
    ],
)
def test_sentences_of_other_languages_stay(line: str) -> None:
    assert clean([line, BODY, BODY, BODY, BODY, BODY]) == [line, BODY, BODY, BODY, BODY, BODY]


@pytest.mark.parametrize(
    "line",
    [
        "The mayor will share the results of the search with facebook users.",
        "The city has joined the network.",
        "Twitter and the city of Lyon signed an agreement.",
        "The museum explains how cookies were baked in the old town.",
        "ترجمه کتاب شهردار به زبان فارسی منتشر شد.",
        "Comments by the mayor were well received.",
        "منبع آب شهر تأمین شد.",
    ],
)
def test_sentences_about_the_same_things_stay(line: str) -> None:
    assert clean([line]) == [line]


def test_a_comment_form_ends_the_text_but_a_button_at_the_top_does_not() -> None:
    body = "The council met on Monday and voted for the plan."
    assert clean(["Title", "Leave a comment", body]) == ["Title", body]
    assert clean(["Title", body, "Leave a comment", "Your name", "Great news for everyone, thanks."]) == [
        "Title",
        body,
    ]


def test_other_headlines_go_with_their_heading() -> None:
    body = "The council met on Monday and voted for the plan."
    lines = [
        body,
        "Related news",
        "Bridge opens to traffic",
        "Park to close in winter",
        f"{body} It was late.",
    ]
    assert clean(lines) == [body, lines[-1]]


def test_every_rule_can_match_something() -> None:
    for rule in rules():
        assert rule.starts or rule.contains or rule.whole.pattern != "(?!)"
        assert all(rule.starts)
        assert all(all(phrases) for phrases in rule.contains)


@pytest.mark.parametrize(
    "line",
    [
        "The school kitchen accepts cookies from every family on Sunday.",
        "Fırıncılar bayramda çerez kullanarak yeni bir ekmek yaptı.",
        "کد امنیتی درِ موزه عوض شد و کارکنان از در پشتی وارد شدند.",
        "Stay informed: the tram office opens a desk at the station on Friday.",
        "Is your city ready for snow? The engineer put this to the council.",
        "To learn more about membership the village will join a course in May.",
        "Etiketler değişti, artık fiyatlar her rafta iki dilde yazıyor.",
        "الوسوم الملونة على المقاعد ترشد المسافرين إلى العربات.",
        "برچسب ها روی سطل‌ها می‌گویند چه چیزی را باید جدا کرد.",
        "Copyright law brought forty writers to the library yesterday.",
        "Powered by the river, the old mill grinds flour again.",
        "Réalisation du pont : les ouvriers posent la dernière pierre lundi.",
        "Schlagwörter prägten die Rede des Bürgermeisters am Montag.",
        "Метки на деревьях помогают лесникам считать старые дубы.",
        "Etiquetas nuevas ayudan a los vecinos a separar la basura.",
        "Share this bench with your neighbour, says the new sign.",
        "بله گفتن به ایتا و تلگرام در شورا بحث شد.",
    ],
)
def test_a_sentence_that_begins_like_a_label_stays(line: str) -> None:
    assert clean([line]) == [line]
    assert clean([BODY, line]) == [BODY, line]


@pytest.mark.parametrize(
    "line",
    [
        "اشتراک گذاری: تلگرام ایتا بله",
        "شارك: فيسبوك واتساب",
        "Bu haberi paylaş: Facebook X WhatsApp",
        "Share this: Facebook X Email",
        "Partager sur Facebook Partager sur Twitter Imprimer",
        "Seite teilen: Facebook X",
        "Поделиться: ВКонтакте Телеграм",
        "Compartir en: Facebook X",
        "میانگین (۰ آرا)",
        "Average (12 Votes)",
        "لطفا برای ثبت نظر وارد شوید",
        "Etiketler: park, bahçe, kent",
        "Stay informed",
        "Copyright © 2026 Harbour Town.",
        "کلیه حقوق این سایت متعلق به شهرداری است.",
    ],
)
def test_calls_to_share_labels_and_votes_go(line: str) -> None:
    assert clean([BODY, line]) == [BODY]


def test_the_last_sentence_of_a_page_stays_where_it_is_no_notice_of_the_site() -> None:
    line = "This guide has been automatically translated by students of the evening school."
    assert clean([line]) == [line]
    assert clean([BODY, line]) == [BODY]
    assert clean(["We use cookies to improve your visit."]) == []
