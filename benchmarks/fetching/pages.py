"""Pages as large and as full as real ones, out of our own texts: the same for the same number."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from html import escape

from benchmarks.quality.texts import LANGUAGES, site, texts

#: Bytes of a page of real size: the middle of what news sites send, without what they load.
REAL = 140_000
_FIRST = datetime(2026, 3, 1, 6, tzinfo=UTC)
_PARAGRAPHS = 14
_TEASERS, _SECTIONS, _LINKS = 90, 9, 16
_ZONES = ("header", "card", "teaser", "gallery", "footer", "menu", "ad", "video", "form", "live")


def address(number: int) -> str:
    """The path of a page."""
    chance = random.Random(number)  # noqa: S311 - the same for the same number
    return f"/{LANGUAGES[number % len(LANGUAGES)]}/news/{number}/{chance.randrange(16**6):06x}"


def page(number: int, size: int = REAL) -> bytes:
    """An article of its own words, amid menus, teasers, styles and scripts up to a size in bytes."""
    chance = random.Random(number)  # noqa: S311
    language = LANGUAGES[number % len(LANGUAGES)]
    title, paragraphs = _story(language, chance)
    moment = _FIRST + timedelta(minutes=7 * number)
    around = "" if size < REAL else _around(language, chance)
    data = {
        "@context": "https://schema.org", "@type": "NewsArticle", "headline": title, "inLanguage": language,
        "datePublished": moment.isoformat(), "author": {"@type": "Person", "name": site(language).author},
    }  # fmt: skip
    head = (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"><title>{escape(title)} | '
        f'{escape(site(language).name)}</title><meta property="og:type" content="article">'
        f'<meta property="og:title" content="{escape(title)}"><link rel="canonical" href="{address(number)}">'
        f'<meta property="article:published_time" content="{moment.isoformat()}">'
        f'<script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>'
    )
    text = "".join(f"<p>{escape(paragraph)}</p>\n" for paragraph in paragraphs)
    body = (
        f'</head><body class="single">{_menu(language, chance, number) if around else ""}<main><article><header>'
        f"<h1>{escape(title)}</h1><time datetime={moment.isoformat()}>{moment:%Y-%m-%d %H:%M}</time></header>"
        f'<div class="entry-content">\n{text}</div></article>{around}</main></body></html>'
    )
    short = size - len((head + body).encode())
    return (head + _weight(chance, short) + body).encode()


def _story(language: str, chance: random.Random) -> tuple[str, list[str]]:
    """A title and paragraphs, sentences of our texts in an order and with figures of their own."""
    told = texts(language)
    sentences = [
        sentence.strip() + "."
        for one in told
        for paragraph in one.paragraphs
        for sentence in paragraph.split(". ")
        if sentence.strip()
    ]
    title = f"{chance.choice(told).title} ({chance.randrange(10**6)})"
    paragraphs = [
        " ".join(
            [
                *chance.sample(sentences, min(3, len(sentences))),
                f"{chance.randrange(10**9):,} / {chance.randrange(10**9):,}.",
            ]
        )
        for _ in range(_PARAGRAPHS)
    ]
    return title, paragraphs


def _menu(language: str, chance: random.Random, number: int) -> str:
    words = site(language)
    items = "".join(
        f'<li class="menu-item menu-item-{section}"><a href="/{language}/{section}/">{escape(words.news)} {section}</a><ul>'
        + "".join(
            f'<li><a class="sub" href="/{language}/{section}/{link}/">{escape(words.tag)} {chance.randrange(999)}</a></li>'
            for link in range(_LINKS)
        )
        + "</ul></li>"
        for section in range(_SECTIONS)
    )
    return f'<header class="site"><a href="/">{escape(words.name)}</a><nav id="menu-{number}"><ul>{items}</ul></nav></header>'


def _around(language: str, chance: random.Random) -> str:
    """Teasers of other news, and the foot of the site."""
    told, words = texts(language), site(language)
    teasers = []
    for place in range(_TEASERS):
        one, other = chance.choice(told), chance.randrange(10**6)
        sizes = ", ".join(f"/media/{other}-{width}.jpg {width}w" for width in (320, 640, 960, 1280))
        teasers.append(
            f'<div class="card card--{place % 4}" data-id="{other}"><a href="/{language}/news/{other}/x">'
            f'<picture><img loading="lazy" src="/media/{other}-320.jpg" srcset="{sizes}" alt="{escape(one.title)}"></picture>'
            f'<h3 class="card__title">{escape(one.title)} {place}</h3></a><p class="card__text">'
            f'{escape(one.paragraphs[0][:90])} …</p><span class="card__meta">{escape(words.published)} {place + 1}</span></div>'
        )
    links = "".join(
        f'<li><a href="/{language}/tag/{chance.randrange(9999)}">{escape(words.tag)} {link}</a></li>'
        for link in range(160)
    )
    about = f"<h4>{escape(words.about)}</h4><p>{escape(words.about_text)}</p>"
    return f'<section class="related">{"".join(teasers)}</section><footer class="site">{about}<ul>{links}</ul></footer>'


def _weight(chance: random.Random, size: int) -> str:
    """Styles and a script's data up to a size, half of it each."""
    parts, left = ["<style>"], size - 60
    while left > size // 2:
        name = f"{chance.choice(_ZONES)}-{chance.randrange(10**5)}"
        parts.append(
            f".{name}{{margin:{chance.randrange(40)}px {chance.randrange(40)}px;color:#{chance.randrange(16**6):06x}}}\n"
        )
        left -= len(parts[-1])
    parts.append("</style><script>window.__state=[")
    while left > 80:
        parts.append(
            f'{{"id":{chance.randrange(10**8)},"zone":"{chance.choice(_ZONES)}","w":{chance.randrange(999)}}},'
        )
        left -= len(parts[-1])
    parts.append("0];</script>")
    return "".join(parts) if size > 200 else ""
