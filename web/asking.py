"""What a visitor asks for, kept as typed so that a wrong question can be shown again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, tzinfo
from urllib.parse import urlencode

from news.errors import QueryError
from news.languages.profiles import profile
from news.values import Source
from storage.days import day_span
from storage.search import Filters

#: Articles on a page of results.
PAGE_SIZE = 20
_LONGEST_QUERY = 500
_LAST_PAGE = 1_000_000
_LAST_ID = (1 << 31) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A search as typed; an empty string narrows nothing."""

    q: str = ""
    network: str = ""
    city: str = ""
    language: str = ""
    source: str = ""
    country: str = ""
    kind: str = ""
    after: str = ""
    before: str = ""
    #: "1" for words as written
    exact: str = ""
    #: "1" for the newest first
    newest: str = ""
    #: "1" for one article of each story
    once: str = ""
    page: int = 1
    #: of the first page, see `storage.search.Found`
    pin: int = 0

    @property
    def offset(self) -> int:
        """Results before this page."""
        return (self.page - 1) * PAGE_SIZE

    @property
    def narrowed(self) -> dict[str, str]:
        """The filters that are set."""
        names = ("network", "city", "country", "language", "source", "kind", "after", "before")
        return {name: value for name in names if (value := getattr(self, name))}

    def address(self, **changes: str | int) -> str:
        """The search page's address for this search with some parts changed; from its first page unless said."""
        query = self._query(**changes)
        return f"/?{query}" if query else "/"

    def file(self, kind: str) -> str:
        """The address of this search as a file or feed."""
        query = self._query()
        return f"/search.{kind}?{query}" if query else f"/search.{kind}"

    def _query(self, **changes: str | int) -> str:
        changed = replace(self, **{"page": 1, "pin": 0, **changes})  # type: ignore[arg-type]
        set_ = {field.name: getattr(changed, field.name) for field in fields(changed)}
        return urlencode({name: value for name, value in set_.items() if value and (name, value) != ("page", 1)})

    def filters(self, sources: Mapping[str, Source]) -> Filters:
        """For the archive; raises QueryError for what cannot be asked."""
        if len(self.q) > _LONGEST_QUERY:
            raise QueryError(f"the query is longer than {_LONGEST_QUERY} characters")
        zone = self.zone(sources)
        return Filters(
            network=self.network or None,
            city=self.city or None,
            country=self.country or None,
            kind=self.kind or None,
            language=self.language or None,
            sources=(self.source,) if self.source else (),
            after=_midnight("after", self.after, zone),
            before=_midnight("before", self.before, zone),
        )

    def zone(self, sources: Mapping[str, Source]) -> tzinfo:
        """Where the days that are asked for begin: with the source or language chosen, else in UTC."""
        chosen = sources.get(self.source)
        return chosen.zone if chosen else profile(self.language).zone_info if self.language else UTC


def asked(parameters: Mapping[str, str]) -> Asked:
    """The search that an address's parameters describe; a page that is no number is the first."""
    names = {field.name for field in fields(Asked)} - {"page", "pin"}
    values = {name: _clean(value) for name, value in parameters.items() if name in names}
    page = parameters.get("page", "")
    pin = parameters.get("pin", "")
    return Asked(
        **values,
        page=number("page", page[:18], 1, _LAST_PAGE, 1) if page.isdecimal() else 1,
        pin=number("pin", pin[:18], 0, _LAST_ID, 0) if pin.isdecimal() else 0,
    )


def number(name: str, text: str, least: int, most: int, default: int) -> int:
    """A whole number, brought within its bounds; raises QueryError for anything else."""
    if not text:
        return default
    if not text.isdecimal() or len(text) > 18:
        raise QueryError(f"{name}: not a whole number: {text[:40]!r}")
    return min(most, max(least, int(text)))


def _clean(value: str) -> str:
    return value.replace("\0", "").strip()


def _midnight(name: str, text: str, zone: tzinfo) -> datetime | None:
    if not text:
        return None
    span = day_span(text, zone)
    if span is None:
        raise QueryError(f"{name}: not a date like 2024-05-31 or 1403/03/11: {text[:40]!r}")
    return span[0]
