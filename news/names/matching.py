"""Find the networks and cities of an article."""

from __future__ import annotations

from news.names.network_rules import network_tags
from news.names.place_rules import place_tags
from news.names.scan import scan
from news.values import Part, Source, Tag


def find_names(*, title: str, text: str, language: str, source: Source | None) -> tuple[Tag, ...]:
    """The networks and cities that an article names, in the order of their places, title first.

    Networks take their words before cities, longest name first; each word is part of one tag at most.
    """
    scans = [scan(Part.TITLE, title), scan(Part.TEXT, text)]
    networks, waiting = network_tags(scans, language, source)
    places = place_tags(scans, language, source, network_waits=bool(waiting))
    tags = [*networks, *(waiting if places else ()), *places]
    return tuple(sorted(tags, key=lambda tag: (tag.span.part is Part.TEXT, tag.span.start)))
