"""Alert rules as people type them, and as tables and scripts show them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from alerts.conditions import ANY, WEEKDAYS, quiet_hours
from alerts.wording import LANGUAGES
from news.errors import QueryError, UsageError
from storage.query import is_positive, parse_query
from storage.rules import Manner, Rhythm, Rule

Kind = TypeVar("Kind", bound=StrEnum)
_LONGEST_NAME = 100


def rule_name(text: str, of: str = "rule") -> str:
    """The name of a new rule or search: letters of any script, digits, space and -_. behind a letter or digit.

    Raises UsageError for any other, which no file, link and letter could hold. Rules of other names, from before, still load.
    """
    name = text.strip()
    if not name:
        raise UsageError(f"the {of}'s name is empty")
    if len(name) > _LONGEST_NAME:
        raise UsageError(f"the {of}'s name is longer than {_LONGEST_NAME} letters: {name[:_LONGEST_NAME]!r}…")
    if not all(map(_may_name, name)) or not name[0].isalnum():
        raise UsageError(f"a {of}'s name is letters, digits, spaces and - _ . behind a letter or digit: {text!r}")
    return name


def _may_name(char: str) -> bool:
    """Letters with their marks, and the joiners that Persian and Indian words are written with."""
    return char in " -_.\u200c\u200d" or unicodedata.category(char)[0] in "LMN"


def kinds(kind: type[Kind], option: str, texts: Sequence[str]) -> tuple[Kind, ...]:
    """Verbs or statuses; none, which stands for all, where `any` is among them; raises UsageError naming the option."""
    if ANY in texts:
        return ()
    try:
        return tuple(dict.fromkeys(map(kind, texts)))
    except ValueError:
        known = ", ".join([*kind, ANY])
        raise UsageError(f"--{option}: not one of {known}: {' '.join(texts)!r}") from None


def watched_query(text: str, sources: Collection[str], option: str = "search") -> str:
    """What new articles are to be searched for; raises UsageError for a query that could never find any.

    `sources` are the keys that a query may name; messages name the option that the query was given by.
    """
    try:
        node = parse_query(text, sources)
    except QueryError as error:
        raise UsageError(f"--{option}: {error}") from None
    if node is None:
        raise UsageError(f"--{option}: the query names nothing")
    if not is_positive(node):
        raise UsageError(f"--{option}: the query says only what articles must not hold")
    return text.strip()


def manner(
    *, letters: str, rhythm: Rhythm, hour: int, weekday: str, zone: str, quiet: str | None
) -> Manner:
    """How the readers wish to be told; raises UsageError naming the option."""
    if letters not in LANGUAGES:
        raise UsageError(f"--letters: letters are written in {', '.join(LANGUAGES)}, not in {letters!r}")
    days = [number for number, name in enumerate(WEEKDAYS) if len(weekday) > 1 and name.startswith(weekday.lower())]
    if len(days) != 1:
        raise UsageError(f"--weekday: not a day like monday: {weekday!r}")
    hours = _hours(quiet)
    for option, wish in (("zone", {"zone": zone}), ("quiet", {"quiet": hours})):
        try:
            Manner(**wish)
        except ValueError as error:
            raise UsageError(f"--{option}: {error}") from None
    return Manner(letters=letters, rhythm=rhythm, hour=hour, weekday=days[0], zone=zone, quiet=hours)


def rule_object(rule: Rule) -> dict[str, Any]:
    """A rule for scripts."""
    return {
        "name": rule.name, "enabled": rule.enabled, "recipients": list(rule.recipients),
        "verbs": [] if rule.query else list(rule.verbs), "statuses": [] if rule.query else list(rule.statuses), "networks": list(rule.networks),
        "cities": list(rule.cities), "countries": list(rule.countries), "languages": list(rule.languages),
        "confidence": rule.confidence, "search": rule.query or None, "letters": rule.manner.letters, "rhythm": rule.manner.rhythm.value,
        "hour": rule.manner.hour, "weekday": WEEKDAYS[rule.manner.weekday], "zone": rule.manner.zone,
        "quiet": quiet_hours(rule.manner),
    }


def _hours(text: str | None) -> tuple[int, int] | None:
    if not text:
        return None
    found = re.fullmatch(r"(\d{1,2})-(\d{1,2})", text)
    if not found:
        raise UsageError(f"--quiet: not hours like 22-7: {text!r}")
    return int(found[1]), int(found[2])
