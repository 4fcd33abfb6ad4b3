"""What a rule tells of, and when, in words for the staff."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator

from news.languages.quoting import isolated
from news.names import naming
from storage.rules import Manner, Rhythm, Rule

#: Stands for every verb, and for every status.
ANY = "any"
WEEKDAYS = tuple(name.lower() for name in calendar.day_name)


def told_of(rule: Rule) -> tuple[str, str, str]:
    """What a rule tells of, in three cells of a table: verbs, statuses and conditions; of a search its query alone."""
    if rule.query:
        return "", "", f"articles: {isolated(rule.query)}"
    asked = (rule.networks, tuple(map(naming.full_place_name, rule.cities)), rule.countries, rule.languages)
    said = [", ".join(values) for values in asked if values]
    if rule.confidence:
        said.append(f"confidence {rule.confidence:.2f} or more")
    return ", ".join(rule.verbs) or ANY, ", ".join(rule.statuses) or ANY, "; ".join(said) or "all"


def in_words(rule: Rule) -> str:
    """The whole condition of a rule for memberships as one line; a rule of a search says its query elsewhere."""
    return "; ".join(_conditions(rule))


def when(manner: Manner) -> str:
    """When and in which language a rule's letters come, in one cell of a table."""
    said = [manner.letters, manner.rhythm.value]
    if manner.rhythm is Rhythm.WEEKLY:
        said.append(WEEKDAYS[manner.weekday])
    if manner.rhythm in (Rhythm.DAILY, Rhythm.WEEKLY):
        said.append(f"at {manner.hour} {manner.zone}")
    if quiet := quiet_hours(manner):
        said.append(f"quiet {quiet} {manner.zone}")
    return " ".join(said)


def quiet_hours(manner: Manner) -> str | None:
    """Like 22-7; None where letters leave at any hour."""
    return f"{manner.quiet[0]}-{manner.quiet[1]}" if manner.quiet else None


def _conditions(rule: Rule) -> Iterator[str]:
    yield _either(rule.verbs) or "whatever happens"
    yield _either(rule.statuses) or "of any status"
    yield f"network {_either([naming.network_name(key) or key for key in rule.networks])}" if rule.networks else "any network"
    yield f"city {_either(map(naming.full_place_name, rule.cities))}" if rule.cities else "any city"
    if rule.countries:
        yield f"of {_either(map(naming.country_name, rule.countries))}"
    if rule.languages:
        yield f"told in {_either(map(naming.language_name, rule.languages))}"
    if rule.confidence:
        yield f"confidence {rule.confidence:.2f} or more"


def _either(values: Iterable[str]) -> str:
    return " or ".join(values)
