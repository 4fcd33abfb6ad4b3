"""The two doors of the reader: a page as fetched, and a plain text."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from news.addresses import canonical, same_site
from news.languages.profiles import LanguageProfile, profile
from news.languages.tokens import fold
from news.names import find_names
from news.values import Alternate, Article, Language, Lead, NotArticle, Page, Refusal, Source
from reading.agencies import agency_of
from reading.alternates import alternates_of
from reading.boilerplate import clean
from reading.charsets import decode
from reading.claims import read_claims
from reading.densest import Seen, see
from reading.language import detect
from reading.lists import is_list
from reading.markup import HEADINGS, lines_of, one_line, parse, printable, remove, select, text_of
from reading.metadata import Metadata, read_metadata
from reading.not_articles import why_none
from reading.origin import split_origin
from reading.ornaments import remove_ornaments
from reading.pdf import FAILURES as PDF_FAILURES
from reading.pdf import read_pdf
from reading.published import (
    Habits,
    Published,
    address_date,
    habits,
    list_date,
    page_date,
    text_date,
    without_stamps,
)
from reading.text import FAILURES, main_lines
from reading.titles import is_section, page_title, without_site

#: Larger bodies are not news, and cost a reader its memory.
MAX_BYTES = 20_000_000
#: Five times the tags of the largest of a thousand real pages.
MAX_TAGS = 100_000
_HTML_TYPES = ("text/html", "application/xhtml+xml")
_PDF = b"%PDF-"
_BINARY = (
    b"PK\x03\x04",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"\x1f\x8b",
    b"\xd0\xcf\x11\xe0",
    b"Rar!",
)
_MARKUP = re.compile(rb"<(?:!doctype|html|head|body|div|p|article|meta|title|table|h1)\b", re.IGNORECASE)
#: What may stand before the first element of a document, piece by piece, and the element of a feed or a site map.
_PROLOGUE = re.compile(r"\s+|<!--.*?-->|<[?!][^>]*>", re.DOTALL)
_FEED = re.compile(r"<(?:rss|feed|rdf:RDF|urlset|sitemapindex|opml)\b")
_JSON = re.compile(r"[\[{]\s*[\[{\"\]}]")
_TAG = re.compile(r"<[a-zA-Z][^>]*>")
#: A text under so many letters is judged with its title, which else follows the text.
_SHORT_TEXT = 60
_HEAD_LINES, _TITLE, _ALIKE = 8, 250, 30
#: What stands in a decoded page where its bytes were no text (NULs apart, which some servers pad with), the share
#: of it that a page may have, and the characters looked at.
_NOISE = re.compile("[\x01-\x08\x0e-\x1f\ufffd]")
_NOISE_SHARE, _SAMPLE = 0.02, 100_000
#: What stands in for a page's text is taken where it is hardly shorter: its share of the text that was found.
_ALMOST = 0.9
#: Characters of running text from which a page is no empty shell: one that asks for JavaScript has fewer.
_SHELL = 80
#: What WordPress shows in a post's place until the reader gives its password.
_LOCKED = "form.post-password-form"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """What both doors know before names and claims are read."""

    url: str
    title: str
    #: the page's own first heading, which may say the title at more length
    heading: str = ""
    #: whether the text says no more than the title, in a line of its own
    repeats: bool = False
    lines: Sequence[str]
    language: Language
    authors: tuple[str, ...] = ()
    published: Published
    alternates: tuple[Alternate, ...] = ()


def read_page(
    page: Page, *, source: Source | None = None, lead: Lead | None = None, now: datetime
) -> Article | NotArticle:
    """The article that a page is, or why it is none.

    Dates are judged by the moment the page was fetched; `now` bounds it where a record claims the future.
    """
    refused = _refused(page)
    if refused:
        return NotArticle(address=page.final_address, refusal=refused[0], detail=refused[1])
    if page.body.startswith(_PDF):
        return _read_pdf(page, source, lead, min(page.fetched_at, now))
    text = decode(page.body, page.header("content-type"))
    if found := _no_page(text):
        return NotArticle(address=page.final_address, refusal=Refusal.NOT_HTML, detail=found)
    if _is_plain(page):
        title = lead.title if lead else None
        return read_text(
            text, url=page.final_address, title=title, source=source, now=min(page.fetched_at, now)
        )
    try:
        return _read_html(text, page, source, lead, min(page.fetched_at, now))
    except FAILURES as error:
        return NotArticle(
            address=page.final_address, refusal=Refusal.BROKEN, detail=f"{type(error).__name__}: {error}"
        )


def read_text(
    text: str, *, url: str = "", title: str | None = None, source: Source | None = None, now: datetime
) -> Article | NotArticle:
    """The article in a plain text; without a title, its first line that says something is one."""
    written = [line for raw in printable(text).splitlines() if (line := one_line(raw))]
    if not written:
        return NotArticle(address=url, refusal=Refusal.EMPTY)
    lines = clean(written)
    if not lines:
        return NotArticle(address=url, refusal=Refusal.NO_TEXT, detail="nothing but boilerplate")
    heading, body = (one_line(title), lines) if title and title.strip() else _headed(lines)
    language = _language(heading, body, source.languages if source else ())
    spoken = profile(language.code)
    by = habits(spoken, source, now)
    published = text_date(written, by)
    if published.dated is None and url:
        published = replace(published, dated=address_date(url, by))
    body = _without_dates(body, by)
    draft = _Draft(
        url=_canonical_or_raw(url), title=heading, lines=body, language=language, published=published
    )
    return _finished(draft, spoken, source, now)


def _read_html(
    text: str, page: Page, source: Source | None, lead: Lead | None, now: datetime
) -> Article | NotArticle:
    tree = parse(text)
    if tree is None:
        return NotArticle(address=page.final_address, refusal=Refusal.NO_TEXT, detail="no markup")
    if select(tree, _LOCKED):
        return NotArticle(address=page.final_address, refusal=Refusal.NO_TEXT, detail="asks for a password")
    if source:
        remove(tree, source.selectors.remove)
    remove_ornaments(tree)
    meta = read_metadata(tree)
    alternates = alternates_of(tree, _address(page, meta))
    has_own_text = bool(source and source.selectors.text)
    seen = see(tree)
    refusal = None if has_own_text else _told(tree, meta, seen, lead, page.final_address)
    if refusal:
        return NotArticle(address=page.final_address, refusal=refusal)
    title = _page_title(tree, meta, source, lead, page.final_address)
    lines = _article_lines(tree, meta, seen, source, lead)
    language = _language(title, lines, (meta.language, *(source.languages if source else ())))
    spoken = _spoken(language, meta, source)
    by = habits(spoken, source, now)
    own = page_date(tree, meta, seen.outline, address=page.final_address, title=title, source=source, by=by)
    draft = _Draft(
        url=_address(page, meta),
        title=title,
        heading=meta.heading,
        repeats=_repeats(seen, title),
        lines=_without_dates(lines, by),
        language=language,
        authors=meta.authors,
        published=_best(list_date(lead.dated if lead else None, now), own),
        alternates=alternates,
    )
    return _finished(draft, spoken, source, page.fetched_at)


def _read_pdf(page: Page, source: Source | None, lead: Lead | None, now: datetime) -> Article | NotArticle:
    """The article in a PDF: the list's title, else its own, else its first line."""
    try:
        document = read_pdf(page.body)
    except PDF_FAILURES as error:
        detail = f"{type(error).__name__}: {error}"
        return NotArticle(address=page.final_address, refusal=Refusal.BROKEN, detail=detail)
    if not document.paragraphs:
        return NotArticle(address=page.final_address, refusal=Refusal.NO_TEXT, detail="a PDF without text")
    title = (lead.title if lead else None) or document.title or None
    text = "\n".join(document.paragraphs)
    found = read_text(text, url=page.final_address, title=title, source=source, now=now)
    if not isinstance(found, Article):
        return found
    own = Published(dated=found.dated, refused=found.refused_dates)
    best = _best(list_date(lead.dated if lead else None, now), own)
    return replace(found, dated=best.dated, refused_dates=best.refused)


def _best(listed: Published, own: Published) -> Published:
    """The list's date before the page's, and what either refused."""
    refused = tuple(dict.fromkeys((*listed.refused, *own.refused)))
    return Published(dated=listed.dated or own.dated, refused=refused)


def _told(tree: HtmlElement, meta: Metadata, seen: Seen, lead: Lead | None, address: str) -> Refusal | None:
    """Why a page is no article, where it tells."""
    if is_list(tree, meta, seen, pointed_at=lead is not None, address=address):
        return Refusal.LIST_PAGE
    return why_none(tree, meta, seen)


def _finished(
    draft: _Draft, spoken: LanguageProfile, source: Source | None, fetched_at: datetime
) -> Article | NotArticle:
    """Origin, names and claims, once the text stands."""
    origin, lines = split_origin(_without_title(draft), spoken)
    text = "\n".join(lines)
    if not any(map(str.isalnum, text)):
        return NotArticle(address=draft.url, refusal=Refusal.NO_TEXT)
    title, code = draft.title, draft.language.code
    tags = find_names(title=title, text=text, language=code, source=source)
    return Article(
        url=draft.url,
        source=source.key if source else "",
        title=title,
        text=text,
        language=draft.language,
        fetched_at=fetched_at,
        authors=draft.authors,
        dated=draft.published.dated,
        refused_dates=draft.published.refused,
        alternates=draft.alternates,
        original_source=origin,
        agency=agency_of(lines, draft.authors),
        tags=tags,
        claims=read_claims(
            title=title,
            text=text,
            tags=tags,
            language=code,
            source=source,
            now=draft.published.dated.moment if draft.published.dated else fetched_at,
        ),
    )


def _refused(page: Page) -> tuple[Refusal, str] | None:
    """What can be told without reading: nothing there, too much, or no page at all."""
    if page.status >= 400:
        return Refusal.EMPTY, f"HTTP {page.status}"
    if not page.body.strip():
        return Refusal.EMPTY, ""
    if len(page.body) > MAX_BYTES:
        return Refusal.TOO_LARGE, f"{len(page.body)} bytes"
    if not page.body.startswith(_PDF) and (tags := page.body.count(b"<")) > MAX_TAGS:
        return Refusal.TOO_LARGE, f"{tags} tags"
    kind = _content_type(page)
    return None if _is_readable(page.body, kind) else (Refusal.NOT_HTML, kind or "unknown type")


def _is_readable(body: bytes, kind: str) -> bool:
    if body.startswith(_BINARY):
        return False
    if body.startswith(_PDF):
        return True
    if kind in (*_HTML_TYPES, "text/plain"):
        return True
    return not kind.endswith(("xml", "json")) and bool(_MARKUP.search(body[:2000]))


def _content_type(page: Page) -> str:
    return (page.header("content-type") or "").partition(";")[0].strip().lower()


def _no_page(text: str) -> str:
    """What a body holds that is no page, whatever its type says; empty where it may be one."""
    if len(_NOISE.findall(text, 0, _SAMPLE)) > _NOISE_SHARE * min(len(text), _SAMPLE):
        return "not text"
    return "a feed or data" if _is_feed(text) else ""


def _is_feed(text: str) -> bool:
    """Whether a body holds a feed, a site map or JSON."""
    start = text.lstrip("\ufeff \t\r\n")
    end = 0
    while piece := _PROLOGUE.match(start, end):
        end = piece.end()
    if _FEED.match(start, end):
        return True
    if not _JSON.match(start):
        return False
    try:
        json.loads(start)
    except (ValueError, RecursionError):
        return False
    return True


def _is_plain(page: Page) -> bool:
    return _content_type(page) == "text/plain" and not _MARKUP.search(page.body[:2000])


def _page_title(
    tree: HtmlElement, meta: Metadata, source: Source | None, lead: Lead | None, address: str
) -> str:
    """Selector, list, page: the first that has one."""
    if source and source.selectors.title:
        chosen = next(
            (text for element in select(tree, source.selectors.title) if (text := text_of(element))), ""
        )
        if chosen:
            return chosen
    if lead and lead.title and lead.title.strip():
        return without_site(one_line(printable(lead.title)), (*meta.names, source.name if source else ""))
    return page_title(tree, meta, address=address, site=source.name if source else "")


def _page_lines(tree: HtmlElement, seen: Seen, source: Source | None) -> list[str]:
    if source and source.selectors.text:
        chosen = [line.text for part in select(tree, source.selectors.text) for line in lines_of(part)]
        if chosen:
            return chosen
    return main_lines(tree, seen)


def _article_lines(
    tree: HtmlElement, meta: Metadata, seen: Seen, source: Source | None, lead: Lead | None
) -> list[str]:
    """The page's own text; what stands in for it where the page is an empty shell."""
    own = clean(_page_lines(tree, seen, source))
    shown = sum(len(line.text) for line in seen.outline.lines if not line.link)
    if own and (seen.dense.size >= _SHELL or (source and source.selectors.text)):
        return own
    given = _standing_in(lead, meta)
    size = sum(map(len, given))
    return given if 2 * shown < size and _ALMOST * sum(map(len, own)) <= size else own or given


def _standing_in(lead: Lead | None, meta: Metadata) -> list[str]:
    """What the list, then JSON-LD, give as the text of a page that shows none."""
    for body in (lead.body if lead else None, meta.body):
        if body and (lines := clean(_fragment_lines(body))):
            return lines
    return []


def _fragment_lines(body: str) -> list[str]:
    tree = parse(body) if _TAG.search(body) else None
    if tree is not None:
        remove_ornaments(tree)
        return [line.text for line in lines_of(tree)]
    return [line for raw in printable(body).splitlines() if (line := one_line(raw))]


def _language(title: str, lines: Sequence[str], hints: Sequence[str]) -> Language:
    text = "\n".join(lines)
    return detect(text if len(text) >= _SHORT_TEXT else f"{title}\n{text}", hints)


def _spoken(language: Language, meta: Metadata, source: Source | None) -> LanguageProfile:
    """The profile to read dates by: of the text, else of what page and source claim."""
    codes = (language.code, meta.language, *(source.languages if source else ()))
    found = (profile(code) for code in codes)
    return next((spoken for spoken in found if spoken.code != "und"), profile("und"))


def _headed(lines: Sequence[str]) -> tuple[str, list[str]]:
    """Title and body of a plain text; a paragraph is no title.

    A line among the first that comes twice is the headline, and what stands before it a path; a line
    that ends in a colon is the kicker of the headline under it and stays with the body.
    """
    head = [fold(line) for line in lines[:_HEAD_LINES]]
    if len(lines) == 1 or len(lines[0]) > _TITLE:
        return "", list(lines)
    twice = next((index for index, line in enumerate(head) if line in head[index + 1 :]), None)
    if twice is not None:
        return lines[twice], list(lines[twice + 1 :])
    if len(lines) > 2 and lines[0].endswith((":", "؛")) and len(lines[1]) <= _TITLE:
        return lines[1], [lines[0], *lines[2:]]
    return lines[0], list(lines[1:])


def _without_title(draft: _Draft) -> list[str]:
    """The lines without the title where it heads them once more, be it cut short by the list that gave it, and without the section's name."""
    wanted, heading = fold(draft.title), fold(draft.heading)
    again = (wanted[:_ALIKE] and wanted[:_ALIKE] in heading) or is_section(draft.heading)
    known = {wanted, heading} if again else {wanted}
    head, rest = draft.lines[:_HEAD_LINES], draft.lines[_HEAD_LINES:]
    kept = [line for line in head if fold(line) not in known] + list(rest)
    return kept or [line for line in head if draft.repeats and fold(line) == wanted][:1]


def _repeats(seen: Seen, title: str) -> bool:
    """Whether a line that is no heading and no link says the title."""
    lines = (line for line in seen.outline.lines if not line.linked)
    return any(line.text == title and seen.outline.blocks[line.block].tag not in HEADINGS for line in lines)


def _without_dates(lines: Sequence[str], by: Habits) -> list[str]:
    """The lines without those at the head that hold little but the date."""
    head, rest = lines[:_HEAD_LINES], lines[_HEAD_LINES:]
    return without_stamps(head, by) + list(rest)


def _address(page: Page, meta: Metadata) -> str:
    """The page's own canonical address where it is one of the same site and no mere home page."""
    address = _canonical_or_raw(page.final_address)
    try:
        claimed = canonical(meta.canonical, page.final_address) if meta.canonical else address
        believed = same_site(claimed, address) and (not _is_home(claimed) or _is_home(address))
    except ValueError:
        return address
    return claimed if believed else address


def _is_home(address: str) -> bool:
    parts = urlsplit(address)
    return parts.path in ("", "/") and not parts.query


def _canonical_or_raw(address: str) -> str:
    try:
        return canonical(address) if address else ""
    except ValueError:
        return address
