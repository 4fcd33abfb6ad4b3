"""The title of a page: the heading of its article, as far as the head of the page agrees with it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import islice

from lxml.html import HtmlElement

from news.languages.tokens import fold
from reading.layout import is_aside
from reading.markup import text_of
from reading.metadata import Metadata, is_home_link, same_host

#: What stands between a title, its section and its site. A hyphen within a word is none, nor are quotation marks.
_SEPARATOR = re.compile(r"\s+(?:[|»«›‹·•⋆~/<>←→]|::|[–—-])\s+|\s*(?:[|｜]|::|›)\s*")
#: Those that hardly ever belong to a headline.
_STRONG = re.compile(r"[|｜»›·•⋆/]|::")
_OPENING, _CLOSING = "«", "»"
_EDGES = " |｜»«›‹·•⋆~/<>←→–—-:："
_ELLIPSIS = ("…", "...", "[…]", "[...]")
#: A cut title of fewer letters agrees with too much.
_CUT = 10
#: Headings below the first level that are looked at, and the longest one that is a title.
_SUBHEADINGS, _LONGEST = 12, 300
#: Words from which a heading that the head repeats is no name of a site.
_SENTENCE = 5
#: Parts of a title that are compared with a heading.
_RUNS = 6
#: Links at the head of a page among which its own name is looked for.
_LINKS = 60
_HEADINGS = ("h2", "h3", "h4")


@dataclass(frozen=True, slots=True)
class _Names:
    """What no article is called: the site's names, folded, and the sections of any site."""

    site: frozenset[str]

    def __contains__(self, title: str) -> bool:
        folded = fold(title)
        return folded in self.site or folded in _sections()


def page_title(tree: HtmlElement, meta: Metadata, *, address: str = "", site: str = "") -> str:
    """The title that the page at `address` gives its article; `site` is the name of its source, where that is known.

    A heading that JSON-LD, Open Graph or `<title>` confirms; else JSON-LD, Open Graph, the first heading,
    `<title>`, each without the name of the site.
    """
    said = (meta.headline, meta.open_title, meta.page_title)
    if len(meta.headings) == 1 and _is_surely(meta.heading, said):
        return meta.heading
    own = _folded(said) & _folded(meta.headings)
    names = _Names(_folded((*meta.names, site, *_home_names(tree, address))) - own)
    claims = list(filter(None, dict.fromkeys((*said, *(without_site(claim, names.site) for claim in said)))))
    headings = [heading for heading in meta.headings if heading not in names]
    found = _confirmed((*headings, *_bare_headings(tree, headings)), claims)
    if not found and _is_only_section(meta, names):
        return next(iter(_subheadings(tree, names)), meta.page_title)
    if not found:
        found = _confirmed(_subheadings(tree, names), claims, in_whole=bool(headings))
    return (
        _without_ends(found, names.site)
        or _claimed(meta, names, headings)
        or next(iter(_subheadings(tree, names)), meta.page_title)
    )


def _bare_headings(tree: HtmlElement, headings: Sequence[str]) -> Iterator[str]:
    """The headings of the first level without the date or note in small print within them."""
    for heading in islice(tree.iter("h1"), _SUBHEADINGS):
        whole = text_of(heading)
        small = [text for part in heading.iter("small", "time") if (text := text_of(part))]
        if small and whole in headings and whole.endswith(small[-1]):
            yield whole.removesuffix(small[-1]).rstrip(_EDGES)


def _is_only_section(meta: Metadata, names: _Names) -> bool:
    """Whether first heading and head name a section and a site, no article."""
    claims = list(filter(None, (meta.headline, meta.open_title, meta.page_title)))
    if not is_section(meta.heading):
        return False
    parts = [[part for part in title_parts(claim) if part not in names] for claim in claims]
    named = any(len(title_parts(claim)) > len(rest) for claim, rest in zip(claims, parts, strict=True))
    return named and all(len(part.split()) < _SENTENCE for rest in parts for part in rest)


def is_section(title: str) -> bool:
    """Whether a heading names a part of a site, as `News` does."""
    return fold(title) in _sections()


def title_parts(title: str) -> list[str]:
    """The parts of a title between bars and dashes."""
    return [title[start:end] for start, end in _parts(title) if start < end]


def without_site(title: str, names: Iterable[str]) -> str:
    """The title without the known names of its site before and after it."""
    known = _folded(names)
    bare = _without_ends(title, known)
    name, colon, rest = bare.partition(":")
    return rest.strip() if colon and rest.strip() and fold(name) in known else bare


def _without_ends(title: str, known: frozenset[str]) -> str:
    return _without_end(_without_end(title, known), known)


def _without_end(title: str, known: frozenset[str]) -> str:
    parts = title_parts(title)
    if len(parts) > 1 and fold(parts[-1]) in known:
        return title[: title.rindex(parts[-1])].rstrip(_EDGES)
    if len(parts) > 1 and fold(parts[0]) in known:
        return title[title.index(parts[0]) + len(parts[0]) :].lstrip(_EDGES)
    return title


def _claimed(meta: Metadata, names: _Names, headings: Sequence[str]) -> str:
    """The best of what the head claims, where no heading agrees with it."""
    claims = (
        without_site(meta.headline, names.site),
        _longest_part(meta.open_title, names),
        next(iter(headings), ""),
        _longest_part(meta.page_title, names),
    )
    return next((claim for claim in claims if claim and claim not in names), "")


def _longest_part(title: str, names: _Names) -> str:
    """The title without its site and section: where bars divide what is left, the longest part."""
    bare = without_site(title, names.site)
    spans = _parts(bare, _STRONG)
    return max(
        (part for start, end in spans if (part := bare[start:end]) not in names), key=len, default=bare
    )


def _is_surely(heading: str, said: Sequence[str]) -> bool:
    """Whether the only heading is too long for a name and stands in the head letter by letter: nearly always."""
    if len(heading.split()) < _SENTENCE:
        return False
    *claims, page_title = said
    return heading in claims or page_title.startswith(heading)


def _confirmed(headings: Iterable[str], claims: Sequence[str], *, in_whole: bool = False) -> str:
    """The heading that the head of the page repeats, the longest of several; whole where it was cut short."""
    agreed = [
        whole
        for heading in headings
        for claim in claims
        if (whole := _agreed(heading, claim, in_whole=in_whole))
    ]
    return max(agreed, key=lambda title: len(title.split()), default="")


def _agreed(heading: str, claim: str, *, in_whole: bool) -> str:
    """The heading, or the claim where only the heading is cut short; empty where they disagree."""
    wanted = fold(heading)
    if not wanted:
        return ""
    said = {fold(part): part for part in ([claim] if in_whole else _runs(claim))}
    if wanted in said or any(_continues(heading, part) for part in said.values()):
        return heading
    return next((part for part in said.values() if _continues(part, heading)), "")


def _continues(whole: str, cut: str) -> bool:
    """Whether a title begins with another that ends in dots."""
    if not cut.rstrip().endswith(_ELLIPSIS):
        return False
    begun = fold(cut)
    return len(begun) >= _CUT and fold(whole).startswith(begun)


def _runs(title: str) -> Iterator[str]:
    """The title, and each run of neighbouring parts of it."""
    yield title
    yield from (part.strip() for part in title.partition(": ")[2:] if part.strip())
    spans = _parts(title)[:_RUNS]
    for first, (start, _) in enumerate(spans):
        for _, end in spans[first:]:
            yield title[start:end]


def _parts(title: str, strong: re.Pattern[str] | None = None) -> list[tuple[int, int]]:
    """Where the parts of a title begin and end; a quotation mark that has its fellow divides nothing."""
    marks = [
        mark
        for mark in _SEPARATOR.finditer(title)
        if (strong is None or strong.search(mark[0])) and not _is_quotation(title, mark)
    ]
    starts = [0, *(mark.end() for mark in marks)]
    return list(zip(starts, [*(mark.start() for mark in marks), len(title)], strict=True))


def _is_quotation(title: str, mark: re.Match[str]) -> bool:
    before, after = title[: mark.start()], title[mark.end() :]
    if _CLOSING in mark[0]:
        return before.count(_OPENING) > before.count(_CLOSING)
    return _OPENING in mark[0] and after.count(_CLOSING) > after.count(_OPENING)


def _subheadings(tree: HtmlElement, names: _Names) -> list[str]:
    """The first headings below the first level that may be the article's."""
    found = []
    for heading in islice(tree.iter(*_HEADINGS), _SUBHEADINGS):
        if any(map(is_aside, heading.iterancestors())) or any(map(is_home_link, heading.iter("a"))):
            continue
        text = text_of(heading)
        if text and len(text) <= _LONGEST and text not in names:
            found.append(text)
    return found


def _home_names(tree: HtmlElement, address: str) -> Iterator[str]:
    """What the links to the site's own front page say."""
    for link in islice(tree.iter("a"), _LINKS):
        if is_home_link(link) and same_host(link.get("href"), address):
            yield text_of(link)
            yield from (image.get("alt") or "" for image in link.iter("img"))


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(filter(None, map(_fold, names)))


@lru_cache(maxsize=512)
def _fold(name: str) -> str:
    return fold(name)


@cache
def _sections() -> frozenset[str]:
    text = (files("reading") / "data" / "titles.toml").read_text(encoding="utf-8")
    return frozenset(map(fold, tomllib.loads(text)["sections"]))
