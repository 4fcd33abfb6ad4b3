"""What a page says of itself: JSON-LD, Open Graph, meta tags and its headings."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml.html import HtmlElement

from reading.markup import one_line, printable, text_of

_ARTICLE_TYPE = re.compile(r"(?:Article|Posting|Report|NewsItem)$")
_LIST_TYPES = frozenset(("CollectionPage", "SearchResultsPage"))
#: meta keys (name, property or itemprop) of the moment of publication, the best first
_PUBLISHED = (
    "article:published_time", "og:article:published_time", "datepublished", "og:published_time",
    "article:published", "publishdate", "publish_date", "publish-date", "publication_date", "pubdate",
    "citation_publication_date", "dc.date.issued", "dcterms.issued", "dcterms.created",
    "dc.date.created", "dcterms.date", "dc.date", "parsely-pub-date", "sailthru.date", "date",
)  # fmt: skip
_MODIFIED = ("article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "last-modified")
_AUTHOR = ("author", "article:author", "dc.creator", "dcterms.creator", "parsely-author", "byl")
_TAG = re.compile(r"<[^>]+>")
#: Comment and CDATA marks around a script.
_COMMENT = re.compile(
    r"^\s*(?:<!--|(?:/\*|//)?\s*<!\[CDATA\[(?:\*/)?)|(?:-->|(?:/\*|//)?\s*\]\]>(?:\*/)?)\s*$"
)
_SEPARATOR = re.compile(r"\s+[|»«›·•–—-]\s+|\s*[|»›]\s*")
_BYLINE = re.compile(r"^(?:by|von|par|por|di|от|بقلم|نویسنده)\s*:?\s+", re.IGNORECASE)
#: A JSON-LD graph may be large; articles are near its top.
_NODES = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """A page's own statements, as written; nothing in it is parsed or believed yet."""

    language: str = ""
    canonical: str = ""
    site_name: str = ""
    #: headline of JSON-LD, og:title, h1 and title, each empty where there is none
    headline: str = ""
    open_title: str = ""
    heading: str = ""
    page_title: str = ""
    json_published: tuple[str, ...] = ()
    meta_published: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    #: the text that JSON-LD gives, often cut short
    body: str = ""
    #: whether it says that it is an article, or a list of them
    says_article: bool = False
    says_list: bool = False


def read_metadata(tree: HtmlElement) -> Metadata:
    """Everything at once, in one pass over the head and the scripts."""
    meta = _meta(tree)
    nodes = list(_json_nodes(tree))
    heading = _heading(tree)
    articles = [node for node in nodes if any(map(_ARTICLE_TYPE.search, _types(node)))]
    own = _own_article(articles, heading or meta.get("og:title", ""))
    return Metadata(
        language=tree.get("lang") or tree.get("xml:lang") or meta.get("og:locale", ""),
        canonical=_canonical(tree, meta),
        site_name=meta.get("og:site_name", "") or _name(own.get("publisher")),
        headline=_plain(own.get("headline")) or _plain(own.get("name")),
        open_title=_plain(meta.get("og:title")),
        heading=heading,
        page_title=text_of(title) if (title := tree.find(".//title")) is not None else "",
        json_published=_strings(own.get("datePublished")),
        meta_published=tuple(meta[key] for key in _PUBLISHED if key in meta),
        modified=_strings(own.get("dateModified")) + tuple(meta[key] for key in _MODIFIED if key in meta),
        authors=_authors(own, meta),
        body=next(iter(_strings(own.get("articleBody"))), ""),
        says_article=bool(articles) or "article:published_time" in meta,
        says_list=any(_LIST_TYPES.intersection(_types(node)) for node in nodes),
    )


def title_of(meta: Metadata, *, site: str = "") -> str:
    """The best title that the page itself gives: JSON-LD, Open Graph, first heading, `<title>`."""
    names = (meta.site_name, site)
    shown = without_site(meta.page_title, names, heading=meta.heading)
    titles = (meta.headline, without_site(meta.open_title, names, heading=meta.heading), meta.heading, shown)
    return next((title for title in titles if title and title not in names), "")


def title_parts(title: str) -> list[str]:
    """The parts of a title between bars and dashes."""
    return [part for part in _SEPARATOR.split(title) if part]


def without_site(title: str, names: tuple[str, ...], *, heading: str = "") -> str:
    """The title without the name of its site before or after it."""
    known = {name.casefold().strip() for name in names if name}
    parts = title_parts(title)
    if len(parts) < 2:
        return title
    if heading in parts and heading.casefold() not in known:
        return heading
    if parts[-1].casefold() in known:
        return title[: title.rindex(parts[-1])].rstrip(" |»«›·•–—-")
    if parts[0].casefold() in known:
        return title[title.index(parts[0]) + len(parts[0]) :].lstrip(" |»«›·•–—-")
    return title


def _meta(tree: HtmlElement) -> dict[str, str]:
    """Key (name, property, itemprop; lower case) → first content that is not empty."""
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        content = one_line(element.get("content") or "")
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            key = (element.get(attribute) or "").strip().lower()
            if key and content:
                found.setdefault(key, content)
    return found


def _canonical(tree: HtmlElement, meta: Mapping[str, str]) -> str:
    for link in tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split() and link.get("href"):
            return str(link.get("href")).strip()
    return meta.get("og:url", "")


def _heading(tree: HtmlElement) -> str:
    """The first heading with something in it; a site's name in the banner is none where there are more."""
    texts = [text for heading in tree.iter("h1") if (text := text_of(heading))]
    if len(texts) < 2:
        return texts[0] if texts else ""
    within = [text_of(heading) for heading in tree.xpath("//article//h1 | //main//h1")]
    return next(filter(None, within), texts[0])


def _json_nodes(tree: HtmlElement) -> Iterator[dict[str, object]]:
    """Every object of the page's JSON-LD, the outer ones first."""
    scripts = (script for script in tree.iter("script") if "ld+json" in (script.get("type") or "").lower())
    queue: list[object] = [_loaded(script.text) for script in scripts if script.text]
    for _ in range(_NODES):
        if not queue:
            return
        node = queue.pop(0)
        if isinstance(node, list):
            queue.extend(node)
        elif isinstance(node, dict):
            yield node
            queue.extend(node[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in node)


def _loaded(text: str) -> object:
    try:
        return json.loads(_COMMENT.sub("", text).strip().rstrip(";"), strict=False)
    except (ValueError, RecursionError):
        return None


def _types(node: Mapping[str, object]) -> tuple[str, ...]:
    return _strings(node.get("@type"))


def _own_article(articles: list[dict[str, object]], heading: str) -> Mapping[str, object]:
    """The article that the page is, where it describes several."""
    for node in articles:
        if heading and _plain(node.get("headline")) == heading:
            return node
    return articles[0] if articles else {}


def _strings(value: object) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(text for item in value for text in _strings(item))
    return (printable(value),) if isinstance(value, str) and value.strip() else ()


def _plain(value: object) -> str:
    """A string out of JSON or an attribute, without the tags and references that are often left in it."""
    text = next(iter(_strings(value)), "")
    if "&" in text:
        text = printable(html.unescape(text))
    return one_line(_TAG.sub(" ", text) if "<" in text else text)


def _name(value: object) -> str:
    if isinstance(value, list):
        return next(filter(None, map(_name, value)), "")
    return _plain(value.get("name")) if isinstance(value, dict) else _plain(value)


def _authors(own: Mapping[str, object], meta: Mapping[str, str]) -> tuple[str, ...]:
    written = own.get("author") or own.get("creator")
    named = [_name(item) for item in (written if isinstance(written, list) else [written])]
    named = list(filter(None, named)) or [meta[key] for key in _AUTHOR if key in meta][:1]
    clean = (_BYLINE.sub("", name).strip() for name in named)
    return tuple(dict.fromkeys(name for name in clean if name and "://" not in name and len(name) <= 100))
