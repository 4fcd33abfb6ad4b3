"""Alert rules: who is told of what, and in which manner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from news.values import Status, Verb
from storage.tables import DeliveryRow, RuleRow


class Rhythm(StrEnum):
    """How often a rule's recipients are written to."""

    IMMEDIATE = "immediate"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """In which language, and when, a rule's recipients are written to; raises ValueError for hours that are none."""

    #: language of the letters
    letters: str = "en"
    rhythm: Rhythm = Rhythm.IMMEDIATE
    #: hour of daily and weekly digests, and of alerts beyond the day's budget, in the reader's zone
    hour: int = 8
    #: of weekly digests; 0 is Monday
    weekday: int = 0
    #: IANA name
    zone: str = "UTC"
    #: hours from the first to the second, past midnight where it is less, in which no letter leaves
    quiet: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        for hour in (self.hour, *(self.quiet or ())):
            if not 0 <= hour <= 23:
                raise ValueError(f"not an hour from 0 to 23: {hour}")
        if not 0 <= self.weekday <= 6:
            raise ValueError(f"not a weekday from 0 to 6: {self.weekday}")
        if self.quiet and self.quiet[0] == self.quiet[1]:
            raise ValueError("quiet hours from one hour to the same would never end")
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"not a time zone like Asia/Tehran: {self.zone!r}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Who is told of which membership events, an empty tuple matching everything, or of which articles."""

    name: str
    recipients: tuple[str, ...]
    verbs: tuple[Verb, ...] = (Verb.JOINED,)
    statuses: tuple[Status, ...] = (Status.ANNOUNCED,)
    networks: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    #: ISO 3166 alpha-2, of the member
    countries: tuple[str, ...] = ()
    #: ISO 639, of any evidence
    languages: tuple[str, ...] = ()
    confidence: float = 0.0
    #: what new articles are searched for; with one, no event concerns the rule
    query: str = ""
    #: False for a rule that is paused: it matches nothing, and what it matched before waits
    enabled: bool = True
    manner: Manner = Manner()


def rules(session: Session) -> tuple[Rule, ...]:
    """Every rule, by name."""
    return tuple(_to_rule(row) for row in session.exec(select(RuleRow).order_by(col(RuleRow.name))))


def rule(session: Session, name: str) -> Rule | None:
    """The rule of this name."""
    row = session.get(RuleRow, name)
    return _to_rule(row) if row else None


def save_rule(session: Session, rule: Rule, now: datetime) -> None:
    """Add a rule, or replace the one of its name."""
    values: dict[str, Any] = {
        "enabled": rule.enabled,
        "verbs": list(rule.verbs),
        "statuses": list(rule.statuses),
        "networks": list(rule.networks),
        "cities": list(rule.cities),
        "countries": list(rule.countries),
        "languages": list(rule.languages),
        "confidence": rule.confidence,
        "query": rule.query or None,
        "recipients": list(rule.recipients),
        "letters": rule.manner.letters,
        "rhythm": rule.manner.rhythm.value,
        "hour": rule.manner.hour,
        "weekday": rule.manner.weekday,
        "zone": rule.manner.zone,
        "quiet_from": rule.manner.quiet[0] if rule.manner.quiet else None,
        "quiet_until": rule.manner.quiet[1] if rule.manner.quiet else None,
    }
    row = session.get(RuleRow, rule.name)
    if row is None:
        session.add(RuleRow(name=rule.name, created_at=now, **values))
    else:
        row.sqlmodel_update(values)
        session.add(row)


def remove_rule(session: Session, name: str) -> bool:
    """Take a rule away; returns whether there was one."""
    row = session.get(RuleRow, name)
    if row is not None:
        session.delete(row)
    return row is not None


def drop_recipient(session: Session, name: str, recipient: str) -> bool:
    """Take a recipient out of a rule; returns whether it was in."""
    row = session.get(RuleRow, name)
    if row is None or recipient not in row.recipients:
        return False
    row.recipients = [other for other in row.recipients if other != recipient]
    session.add(row)
    return True


def is_not_paused() -> ColumnElement[bool]:
    """Of deliveries: their rule is not paused; a rule that is gone pauses nothing."""
    paused = select(RuleRow.name).where(col(RuleRow.enabled).is_(False))
    return col(DeliveryRow.rule).not_in(paused)


def _to_rule(row: RuleRow) -> Rule:
    return Rule(
        name=row.name,
        recipients=tuple(row.recipients),
        verbs=tuple(map(Verb, row.verbs)),
        statuses=tuple(map(Status, row.statuses)),
        networks=tuple(row.networks),
        cities=tuple(row.cities),
        countries=tuple(row.countries),
        languages=tuple(row.languages or ()),
        confidence=row.confidence,
        query=row.query or "",
        enabled=row.enabled,
        manner=_manner(row),
    )


def _manner(row: RuleRow) -> Manner:
    """Of a rule that was made before there was a choice, what was then the only one."""
    standard = Manner()
    quiet = None
    if row.quiet_from is not None and row.quiet_until is not None:
        quiet = (row.quiet_from, row.quiet_until)
    return Manner(
        letters=row.letters or standard.letters,
        rhythm=Rhythm(row.rhythm or standard.rhythm),
        hour=standard.hour if row.hour is None else row.hour,
        weekday=standard.weekday if row.weekday is None else row.weekday,
        zone=row.zone or standard.zone,
        quiet=quiet,
    )
