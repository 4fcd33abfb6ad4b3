"""What a source's description must fit beyond its own form: the catalogue, the languages, the CSS of its selectors."""

from __future__ import annotations

from collections.abc import Iterator

from cssselect import HTMLTranslator, SelectorError

from news.languages import profiles
from news.names import catalogue
from news.values import Source, SourceKind


def faults_of(source: Source) -> Iterator[str]:
    """What is wrong, each with the field it stands in."""
    yield from _road_faults(source)
    if source.network and source.network not in {network.key for network in catalogue.networks()}:
        yield f"network: no network has the key {source.network!r}"
    if source.city and not _is_place(source.city):
        yield f"city: no city is known under the GeoNames id {source.city!r}"
    for number, code in enumerate(source.languages):
        if code not in profiles.codes():
            yield f"languages.{number}: {code!r} is none of {', '.join(profiles.codes())}"
    for field, selector in _selectors(source):
        if (reason := _css_fault(selector)) is not None:
            yield f"{field}: not a CSS selector: {selector!r}: {reason}"


def _road_faults(source: Source) -> Iterator[str]:
    """A source has a road to news; one of kind `members` has lists of a network's members and nothing else."""
    news = bool(source.feeds or source.sitemaps or source.wordpress or source.lists)
    if source.kind is not SourceKind.MEMBERS:
        if source.members:
            yield 'members: only a source of kind "members" has lists of members'
        elif not news:
            yield "feeds: a source needs a road: one of feeds, sitemaps, wordpress, lists"
        return
    if not source.members:
        yield 'members: a source of kind "members" needs the address of a list'
    if not source.network:
        yield "network: whose members?"
    if news:
        yield 'members: a source of kind "members" has no other roads'


def _is_place(key: str) -> bool:
    try:
        catalogue.place(key)
    except KeyError:
        return False
    return True


def _selectors(source: Source) -> Iterator[tuple[str, str]]:
    """Every CSS selector of a source under its field."""
    for name in ("title", "text", "date"):
        if (selector := getattr(source.selectors, name)) is not None:
            yield f"selectors.{name}", selector
    for number, selector in enumerate(source.selectors.remove):
        yield f"selectors.remove.{number}", selector
    for number, road in enumerate(source.lists):
        if road.next is not None:
            yield f"lists.{number}.next", road.next
    for number, members in enumerate(source.members):
        if members.next is not None:
            yield f"members.{number}.next", members.next


def _css_fault(selector: str) -> str | None:
    """Why a selector finds no elements; None for a good one."""
    try:
        HTMLTranslator().css_to_xpath(selector)
    except SelectorError as error:
        return str(error)
    return None
