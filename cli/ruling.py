"""Alert rules as people type them, and as tables and scripts show them."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, TypeVar

from alerts.wording import LANGUAGES
from news.errors import UsageError
from news.languages.quoting import isolated, one_line
from news.names.naming import country_name
from storage.query import is_positive, parse_query
from storage.rules import Manner, Rhythm, Rule

Kind = TypeVar("Kind", bound=StrEnum)
#: Stands for every verb, and for every status.
ANY = "any"
_LONGEST_NAME = 100
_WEEKDAYS = tuple(name.lower() for name in calendar.day_name)


def rule_name(text: str) -> str:
    """The name of a new rule; raises UsageError for one that no file, link and letter could hold."""
    name = text.strip()
    if not 0 < len(name) <= _LONGEST_NAME or name != one_line(name):
        raise UsageError(f"a rule's name is a line of 1 to {_LONGEST_NAME} letters: {text!r}")
    return name


def kinds(kind: type[Kind], option: str, texts: Sequence[str]) -> tuple[Kind, ...]:
    """Verbs or statuses; none, which stands for all, where `any` is among them; raises UsageError naming the option."""
    if ANY in texts:
        return ()
    try:
        return tuple(dict.fromkeys(map(kind, texts)))
    except ValueError:
        known = ", ".join([*kind, ANY])
        raise UsageError(f"--{option}: not one of {known}: {' '.join(texts)!r}") from None


def watched_query(text: str) -> str:
    """What new articles are to be searched for; raises UsageError for a query that finds by no word and no field."""
    node = parse_query(text)
    if node is None:
        raise UsageError("--search: the query names nothing")
    if not is_positive(node):
        raise UsageError("--search: the query says only what articles must not hold")
    return text.strip()


def country(text: str) -> str:
    """An ISO 3166 code; raises UsageError for what is none."""
    code = text.upper()
    if not re.fullmatch("[A-Z]{2}", code) or country_name(code) == code:
        raise UsageError(f"--country: not a country's code of two letters like IR: {text!r}")
    return code


def manner(
    *, letters: str, rhythm: Rhythm, hour: int, weekday: str, zone: str, quiet: str | None
) -> Manner:
    """How the readers wish to be told; raises UsageError naming the option."""
    if letters not in LANGUAGES:
        raise UsageError(f"--letters: letters are written in {', '.join(LANGUAGES)}, not in {letters!r}")
    days = [number for number, name in enumerate(_WEEKDAYS) if len(weekday) > 1 and name.startswith(weekday.lower())]
    if len(days) != 1:
        raise UsageError(f"--weekday: not a day like monday: {weekday!r}")
    try:
        return Manner(letters=letters, rhythm=rhythm, hour=hour, weekday=days[0], zone=zone, quiet=_hours(quiet))
    except ValueError as error:
        raise UsageError(str(error)) from None


def rule_object(rule: Rule) -> dict[str, Any]:
    """A rule for scripts."""
    return {
        "name": rule.name, "enabled": rule.enabled, "recipients": list(rule.recipients),
        "verbs": list(rule.verbs), "statuses": list(rule.statuses), "networks": list(rule.networks),
        "cities": list(rule.cities), "countries": list(rule.countries), "languages": list(rule.languages),
        "confidence": rule.confidence, "search": rule.query or None, "letters": rule.manner.letters, "rhythm": rule.manner.rhythm.value,
        "hour": rule.manner.hour, "weekday": _WEEKDAYS[rule.manner.weekday], "zone": rule.manner.zone,
        "quiet": _quiet(rule.manner),
    }


def conditions(rule: Rule) -> str:
    """What a rule asks of an event, in one cell of a table."""
    asked = (rule.networks, rule.cities, rule.countries, rule.languages)
    said = [", ".join(values) for values in asked if values]
    if rule.query:
        said = [f"articles: {isolated(rule.query)}"]
    return "; ".join(said) or "all"


def when(manner: Manner) -> str:
    """When and in which language a rule's letters come, in one cell of a table."""
    said = [manner.letters, manner.rhythm.value]
    if manner.rhythm is Rhythm.WEEKLY:
        said.append(_WEEKDAYS[manner.weekday])
    if manner.rhythm in (Rhythm.DAILY, Rhythm.WEEKLY):
        said.append(f"at {manner.hour} {manner.zone}")
    if quiet := _quiet(manner):
        said.append(f"quiet {quiet} {manner.zone}")
    return " ".join(said)


def _hours(text: str | None) -> tuple[int, int] | None:
    if not text:
        return None
    found = re.fullmatch(r"(\d{1,2})-(\d{1,2})", text)
    if not found:
        raise UsageError(f"--quiet: not hours like 22-7: {text!r}")
    return int(found[1]), int(found[2])


def _quiet(manner: Manner) -> str | None:
    return f"{manner.quiet[0]}-{manner.quiet[1]}" if manner.quiet else None
