"""The repeated blocks of a page: links that stand alike under one element, as headlines do in a list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from lxml.html import HtmlElement

from news.addresses import canonical, same_site
from reading.layout import is_aside
from reading.markup import one_line, text_of

#: Elements above a link among which the list that repeats it is looked for.
_LEVELS = 7
#: Addresses that make a list, and as many as count for its worth.
_FEWEST, _MOST = 3, 20
#: Characters of a headline at least, and as many as count for its worth.
_SHORTEST, _LONGEST = 9, 80
#: What a list in a bar or a foot is worth beside one in the page itself.
_ASIDE = 0.15
#: Links of a page that are looked at.
_LINKS = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link of a page to another page of its site."""

    address: str
    text: str
    #: whether it stands in a menu, a bar or the foot
    aside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Links that stand alike."""

    links: tuple[Link, ...]
    worth: float

    @property
    def addresses(self) -> tuple[str, ...]:
        """Each once, in the order of the page."""
        return tuple(dict.fromkeys(link.address for link in self.links))


def links_of(tree: HtmlElement, base: str) -> list[Link]:
    """The links of a page to others of its site."""
    return list(_links(tree, base).values())


def blocks_of(tree: HtmlElement, base: str) -> list[Block]:
    """The lists of a page, the likeliest to be one of news first."""
    links = _links(tree, base)
    places = {element: list(_places(element)) for element in links}
    counts: dict[object, set[str]] = defaultdict(set)
    for element, levels in places.items():
        for place in levels:
            counts[place].add(links[element].address)
    blocks: dict[object, list[Link]] = defaultdict(list)
    for element, levels in places.items():
        nearest = next((place for place in levels if len(counts[place]) >= _FEWEST), None)
        if nearest is not None:
            blocks[nearest].append(links[element])
    found = (Block(links=tuple(block), worth=_worth(block)) for block in blocks.values())
    return sorted((block for block in found if block.worth), key=lambda block: block.worth, reverse=True)


def _links(tree: HtmlElement, base: str) -> Mapping[HtmlElement, Link]:
    here, found = canonical(base), {}
    for element in list(tree.iter("a"))[:_LINKS]:
        address = _address(element.get("href") or "", base)
        if address and address != here and same_site(address, base):
            found[element] = Link(address=address, text=_text(element), aside=_in_aside(element))
    return found


def _address(target: str, base: str) -> str | None:
    if not target.strip() or target.lstrip().startswith("#"):
        return None
    try:
        return canonical(target, base)
    except ValueError:
        return None


def _text(element: HtmlElement) -> str:
    return text_of(element) or one_line(element.get("title") or element.get("aria-label") or "")


def _in_aside(element: HtmlElement) -> bool:
    return any(is_aside(around) for around in element.iterancestors())


def _places(element: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """Each element around a link, and the way from there down to it."""
    way = "a"
    for _, around in zip(range(_LEVELS), element.iterancestors(), strict=False):
        yield around, way
        way = f"{around.tag}/{way}"


def _worth(links: Sequence[Link]) -> float:
    """How much a block is like a list of headlines; nothing for one of short words."""
    longest: dict[str, int] = defaultdict(int)
    for link in links:
        longest[link.address] = max(longest[link.address], len(link.text))
    typical = median(longest.values())
    if typical < _SHORTEST:
        return 0.0
    aside = sum(link.aside for link in links) * 2 > len(links)
    return min(len(longest), _MOST) * min(typical, _LONGEST) * (_ASIDE if aside else 1.0)
