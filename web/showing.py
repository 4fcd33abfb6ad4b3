"""How values look to people: names, dates in two calendars, directions, marked words, safe links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from urllib.parse import unquote

import jdatetime
from babel import Locale, UnknownLocaleError
from babel.dates import format_date

from news.addresses import is_web_address
from news.languages import quoting
from news.languages.profiles import profile
from news.names import naming
from news.values import UNDETERMINED, Article, MembershipEvent, Precision, Source, TagKind
from web.objects import named

_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
#: Escapes of what is not ASCII.
_ESCAPES = re.compile(r"(?:%[89a-fA-F][0-9a-fA-F])+")
#: White space, control characters and marks that turn the direction: an address with them stays escaped.
_OBSCURE = re.compile("[\\s\\x7f-\\x9f\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufeff]")
#: Countries whose own calendar is the Jalali one.
_JALALI_COUNTRIES = ("IR", "AF")


@dataclass(frozen=True, slots=True)
class Day:
    """A date to show: for machines, in English, and in Jalali where readers use it."""

    iso: str
    gregorian: str
    jalali: str | None


@dataclass(frozen=True, slots=True)
class Show:
    """What templates call; knows the sources by key."""

    sources: Mapping[str, Source]

    def source(self, key: str) -> str:
        """The source's name; its key where it is not known, a dash where there is none."""
        known = self.sources.get(key)
        return known.name if known else key or "–"

    def name(self, facet: str, key: str) -> str:
        """A network, city, language or source by name."""
        return self.source(key) if facet == "source" else named(facet, key)["name"]

    def place(self, key: str) -> str:
        """City and country."""
        return naming.full_place_name(key)

    def published(self, moment: datetime, source: str, language: str) -> Day:
        """A date of publication, as the day it was where it was published."""
        return _day(moment.astimezone(self._zone(source, language)), is_jalali=language == "fa")

    def dated(self, article: Article) -> Day | None:
        """The article's date, no more precise than it was written."""
        if article.dated is None:
            return None
        local = article.dated.moment.astimezone(self._zone(article.source, article.language.code))
        is_month = article.dated.precision is Precision.MONTH
        return _day(local, is_jalali=article.language.code == "fa", is_month=is_month)

    def reported(self, event: MembershipEvent) -> Day:
        """The day of the first report, where the member lies."""
        member = naming.place(event.member)
        country = member.country if member else None
        local = event.first_reported.astimezone(naming.country_zone(country))
        return _day(local, is_jalali=country in _JALALI_COUNTRIES)

    def tagged(self, article: Article, facet: str) -> tuple[str, ...]:
        """The distinct networks or cities of an article."""
        return article.keys(TagKind(facet))

    def direction(self, language: str) -> quoting.Direction:
        """Right to left or left to right; `auto` leaves it to the browser."""
        return direction_of(language)

    def text_direction(self, text: str) -> quoting.Direction:
        """The direction of a text whose language is not at hand."""
        return quoting.direction(text)

    def link(self, address: str) -> str | None:
        """The address if a browser may follow it: http and https only."""
        return address if is_web_address(address) else None

    def readable(self, address: str) -> str:
        """The address with its letters written out, where that hides nothing."""
        try:
            written = _ESCAPES.sub(lambda escapes: unquote(escapes[0], errors="strict"), address)
        except UnicodeDecodeError:
            return address
        return address if _OBSCURE.search(written) else written

    def pieces(self, text: str, marks: Iterable[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
        """The text cut into pieces that are marked or not."""
        end = 0
        for left, right in marks:
            yield text[end:left], False
            yield text[left:right], True
            end = right
        yield text[end:], False

    def percent(self, share: float) -> str:
        """A confidence."""
        return f"{share:.0%}"

    def _zone(self, source: str, language: str) -> tzinfo:
        known = self.sources.get(source)
        return known.zone if known else profile(language).zone_info


def direction_of(language: str) -> quoting.Direction:
    """The direction of a language's script."""
    if language == UNDETERMINED:
        return "auto"
    try:
        return "rtl" if Locale.parse(language).text_direction == "rtl" else "ltr"
    except (UnknownLocaleError, ValueError):
        return "auto"


def _day(local: datetime, *, is_jalali: bool, is_month: bool = False) -> Day:
    day = local.date()
    pattern = "MMMM y" if is_month else "d MMMM y"
    return Day(
        iso=f"{day:%Y-%m}" if is_month else day.isoformat(),
        gregorian=format_date(day, pattern, locale="en"),
        jalali=_jalali(day, "%B %Y" if is_month else "%-d %B %Y") if is_jalali else None,
    )


def _jalali(day: date, pattern: str) -> str | None:
    try:
        written: str = jdatetime.date.fromgregorian(date=day, locale="fa_IR").strftime(pattern)
    except ValueError:
        return None
    return written.translate(_PERSIAN_DIGITS)
