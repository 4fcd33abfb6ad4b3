"""What a page says of itself: JSON-LD, Open Graph, meta tags and its headings."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
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
#: meta keys of the site's name, and the types that bear it in JSON-LD
_SITE_NAME = ("og:site_name", "application-name", "apple-mobile-web-app-title", "dc.publisher")
_SITE_TYPE = re.compile(r"^(?:WebSite|\w*Organization)$")
#: The path of a front page, be it one for each language, from wherever it is linked.
_HOME = re.compile(r"(?:\.{1,2}/)*(?:\.{1,2}|/)?(?:[a-z]{2}/?)?(?:(?:index|default|home)\.\w{2,5})?(?:#top)?")
_HERE = ("", ".", "./", "#top")
_HOST = re.compile(r"(?:https?:)?//[^/?#]+")
_BANNER = re.compile(
    r"(?:^|[\s_-])(?:site|blog|brand|portal)[_-]?(?:title|name|logo)|(?:^|[\s_-])(?:logo|brand)(?:$|[\s_-])"
)
_WITHIN = "//article//h1 | //main//h1 | //*[@role='main']//h1"
_BYLINE = re.compile(r"^(?:by|von|par|por|di|от|بقلم|نویسنده)\s*:?\s+", re.IGNORECASE)
#: A JSON-LD graph may be large; articles are near its top.
_NODES = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """A page's own statements, as written; nothing in it is parsed or believed yet."""

    language: str = ""
    canonical: str = ""
    #: what the page calls its site
    names: tuple[str, ...] = ()
    #: headline of JSON-LD, og:title and title, each empty where there is none
    headline: str = ""
    open_title: str = ""
    page_title: str = ""
    #: the headings of the first level that are not the site's own, those within the article first
    headings: tuple[str, ...] = ()
    json_published: tuple[str, ...] = ()
    meta_published: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    #: the text that JSON-LD gives, often cut short
    body: str = ""
    #: whether it says that it is an article, or a list of them
    says_article: bool = False
    says_list: bool = False

    @property
    def heading(self) -> str:
        """The first of the headings, empty where there is none."""
        return self.headings[0] if self.headings else ""


def read_metadata(tree: HtmlElement) -> Metadata:
    """Everything at once, in one pass over the head and the scripts."""
    meta = _meta(tree)
    nodes = list(_json_nodes(tree))
    headings = _headings(tree)
    articles = [node for node in nodes if any(map(_ARTICLE_TYPE.search, _types(node)))]
    titles = (*headings, _plain(meta.get("og:title")))
    own = _own_article(articles, titles)
    return Metadata(
        language=tree.get("lang") or tree.get("xml:lang") or meta.get("og:locale", ""),
        canonical=_canonical(tree, meta),
        names=_site_names(tree, meta, nodes, own),
        headline=_plain(own.get("headline")) or _plain(own.get("name")),
        open_title=_plain(meta.get("og:title")),
        headings=headings,
        page_title=text_of(title) if (title := tree.find(".//title")) is not None else "",
        json_published=_dates(articles, own, "datePublished", titles),
        meta_published=tuple(meta[key] for key in _PUBLISHED if key in meta),
        modified=_dates(articles, own, "dateModified", titles)
        + tuple(meta[key] for key in _MODIFIED if key in meta),
        authors=_authors(own, meta),
        body=next(iter(_strings(own.get("articleBody"))), ""),
        says_article=bool(articles) or "article:published_time" in meta,
        says_list=any(_LIST_TYPES.intersection(_types(node)) for node in nodes),
    )


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


def is_home_link(link: HtmlElement) -> bool:
    """Whether a link leads to the front page of a site, as a logo does."""
    address = link.get("href") or ""
    if "home" in (link.get("rel") or "").lower().split():
        return True
    host = _HOST.match(address)
    path = address[host.end() :] if host else address
    return bool(host or path not in _HERE) and bool(_HOME.fullmatch(path))


def same_host(link: str, address: str) -> bool:
    """Whether a link stays on the host of its page."""
    there, here = _HOST.match(link), _HOST.match(address)
    return there is None or here is None or _bare_host(there[0]) == _bare_host(here[0])


def _bare_host(start: str) -> str:
    return start.rpartition("/")[2].lower().removeprefix("www.")


def _headings(tree: HtmlElement) -> tuple[str, ...]:
    """The headings of the first level with something in them, without those that only name the site."""
    found = [
        (heading, text)
        for heading in tree.iter("h1")
        if not _is_banner(heading) and (text := text_of(heading))
    ]
    if len(found) > 1:
        within = set(tree.xpath(_WITHIN))
        found.sort(key=lambda pair: pair[0] not in within)
    return tuple(text for _, text in found)


def _is_banner(heading: HtmlElement) -> bool:
    """Whether a heading is the site's name: called so, or a link to the front page."""
    names = f"{heading.get('class') or ''} {heading.get('id') or ''}"
    return bool(_BANNER.search(names)) or any(map(is_home_link, heading.iter("a")))


def _site_names(
    tree: HtmlElement, meta: Mapping[str, str], nodes: Sequence[dict[str, object]], own: Mapping[str, object]
) -> tuple[str, ...]:
    """What the page calls its site: Open Graph, the names for applications, JSON-LD, its banner."""
    said = [meta[key] for key in _SITE_NAME if key in meta]
    if "og:site_name" not in meta:
        said += [_name(own.get("publisher"))]
        said += [_name(node) for node in nodes if any(map(_SITE_TYPE.search, _types(node)))]
    banners = (text_of(heading) for heading in tree.iter("h1") if _is_banner(heading))
    return tuple(dict.fromkeys(filter(None, (*said, *banners))))


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


def _own_article(articles: list[dict[str, object]], titles: Sequence[str]) -> Mapping[str, object]:
    """The article that the page is, where it describes several."""
    for node in articles:
        if (headline := _plain(node.get("headline"))) and headline in titles:
            return node
    return articles[0] if articles else {}


def _dates(
    articles: Sequence[dict[str, object]], own: Mapping[str, object], key: str, titles: Sequence[str]
) -> tuple[str, ...]:
    """The dates of the page's article; where it describes several and none is told to be it, those that all share."""
    if len(articles) < 2 or _plain(own.get("headline")) in titles:
        return _strings(own.get(key))
    said = {_strings(node.get(key)) for node in articles}
    return next(iter(said)) if len(said) == 1 else ()


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
