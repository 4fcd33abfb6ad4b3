"""The registry of hosts: when each may be asked next, for all processes of a database, and what was asked of it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import BindParameter, Table, Update, bindparam
from sqlalchemy import select as core_select
from sqlmodel import Session, SQLModel, col, select

from storage import robots
from storage.robots import RobotsRow, RobotsSeen
from storage.tables import HostHourRow, HostRow
from storage.turns import take_turns

#: So long a request keeps its host to itself while no answer comes: the host hangs, or its worker has died.
HOLD = timedelta(seconds=10)
#: Hours of a host are kept so long.
KEPT = timedelta(days=92)
#: Steps of gaps in an octave: a median read from them is at most 4.5 % off.
_STEPS = 8
#: Seconds between two looks at a host whose answer is awaited.
_LOOKS = (0.05, 1.0)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


class Wait(StrEnum):
    """Why a host may not be asked now."""

    #: another request has just been made, or waits for its answer
    TURN = "turn"
    #: it said so
    RETRY_AFTER = "retry-after"
    #: it was asked as often as it may be in a day
    BUDGET = "budget"
    #: its source's file names these hours
    QUIET = "quiet-hours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request that wants to be made: `delay` in seconds, `budget` in requests a UTC day."""

    host: str
    delay: float
    budget: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A request that has its answer, or will have none; the delay is counted from here."""

    host: str
    turn: datetime
    delay: float
    #: what the host said of coming back later
    closed_for: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedAlong:
    """A request that a page makes while a browser draws it: it has no turn of its own, and counts all the same."""

    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PutOff:
    """A request that was not made for a rule of politeness."""

    host: str


Deed = Ask | AskedAlong | Answered | RobotsSeen | PutOff


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a request may be made now."""

    #: its moment, which names the turn; None where it has to wait
    turn: datetime | None = None
    #: when to ask again, and why
    until: datetime | None = None
    wait: Wait = Wait.TURN
    #: seconds between two requests, with what robots.txt asks for
    delay: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HostHour:
    """The requests to a host in an hour."""

    hour: datetime
    requests: int
    #: seconds
    shortest_gap: float | None
    #: `step_of` a gap → how often
    gaps: Counter[int]
    told_to_wait: int
    put_off: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRecord:
    """What is on record of a host."""

    host: str
    asked_at: datetime | None
    today: int
    closed_at: datetime | None
    closed_until: datetime | None
    opened_at: datetime | None
    #: when its robots.txt was last asked for and how it answered; what stands, and since when nobody confirmed it
    robots_at: datetime | None
    robots_status: int | None
    robots: str | None
    robots_stands_at: datetime | None
    crawl_delay: float | None
    hours: tuple[HostHour, ...]


@dataclass(slots=True)
class _Hour:
    """The hour's row in work."""

    is_new: bool = True
    requests: int = 0
    shortest_gap: float | None = None
    gaps: Counter[int] = field(default_factory=Counter)
    told_to_wait: int = 0
    put_off: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.requests or self.told_to_wait or self.put_off)


@dataclass(slots=True)
class _Host:
    """A host's row in work."""

    columns: dict[str, Any]
    is_new: bool
    hour: _Hour = field(default_factory=_Hour)


def settle(session: Session, deeds: Sequence[Deed], clock: Callable[[], datetime]) -> list[Verdict | None]:
    """Note deeds in their order, and judge those that ask: one transaction for whatever a process brings together.

    The clock is read when no other process can settle these hosts any more. The clocks of several machines must agree.
    """
    names = sorted({deed.host for deed in deeds})
    take_turns(session, (f"host {name}" for name in names))
    hosts = _hosts(session, names)
    now = clock().astimezone(UTC)
    _load_hours(session, hosts, _hour_of(now))
    verdicts = [_settled(hosts[deed.host], deed, now) for deed in deeds]
    _store_hosts(session, hosts)
    _store_hours(session, hosts, _hour_of(now))
    for deed in deeds:
        if isinstance(deed, RobotsSeen):
            robots.note(session, deed, now)
    return verdicts


def record(session: Session, host: str, since: datetime) -> HostRecord:
    """What is on record of a host, with its hours from a moment on, oldest first."""
    row = session.get(HostRow, host) or HostRow(host=host)
    said = session.get(RobotsRow, host)
    hours = session.exec(
        select(HostHourRow)
        .where(col(HostHourRow.host) == host, col(HostHourRow.hour) >= since)
        .order_by(col(HostHourRow.hour))
    )
    return HostRecord(
        host=host, asked_at=row.asked_at, today=row.today or 0, closed_at=row.closed_at,
        closed_until=row.closed_until, opened_at=row.opened_at, robots_at=said.asked_at if said else None,
        robots_status=said.asked_status if said else None, robots=said.text if said else None,
        robots_stands_at=said.stands_at if said else None,
        crawl_delay=row.crawl_delay,
        hours=tuple(
            HostHour(
                hour=found.hour, requests=found.requests, shortest_gap=found.shortest_gap,
                gaps=_counter(found.gaps), told_to_wait=found.told_to_wait, put_off=found.put_off,
            )
            for found in hours
        ),
    )  # fmt: skip


def known_hosts(session: Session) -> tuple[str, ...]:
    """Every host that was ever asked."""
    return tuple(session.exec(select(HostRow.host).order_by(col(HostRow.host))))


def step_of(gap: float) -> int:
    """The step of a gap in seconds, on a scale of eighths of octaves from a millisecond up."""
    return math.floor(_STEPS * math.log2(max(gap, 0.001)))


def median_gap(hours: Iterable[HostHour]) -> float | None:
    """The median gap of some hours, in seconds, to the middle of its step; never below the shortest."""
    gaps: Counter[int] = Counter()
    shortest: float | None = None
    for hour in hours:
        gaps += hour.gaps
        if hour.shortest_gap is not None:
            shortest = hour.shortest_gap if shortest is None else min(shortest, hour.shortest_gap)
    left = (gaps.total() + 1) // 2
    for step in sorted(gaps):
        left -= gaps[step]
        if left <= 0:
            return max(2 ** ((step + 0.5) / _STEPS), shortest or 0.0)
    return None


def _settled(host: _Host, deed: Deed, now: datetime) -> Verdict | None:
    match deed:
        case Ask():
            return _judged(host, deed, now)
        case Answered():
            _note_answer(host, deed, now)
        case RobotsSeen():
            _note_robots(host, deed, now)
        case AskedAlong():
            host.hour.requests += 1
            _count_today(host, now)
        case PutOff():
            host.hour.put_off += 1
    return None


def _judged(host: _Host, ask: Ask, now: datetime) -> Verdict:
    row = host.columns
    delay = max(ask.delay, row["crawl_delay"] or 0.0)
    if row["closed_until"] is not None and now < row["closed_until"]:
        return Verdict(until=row["closed_until"], wait=Wait.RETRY_AFTER, delay=delay)
    midnight = _midnight(now)
    today = row["today"] if row["day"] == midnight else 0
    if ask.budget is not None and today >= ask.budget:
        return Verdict(until=midnight + _DAY, wait=Wait.BUDGET, delay=delay)
    if delay and (until := _turn(row["asked_at"], row["next_at"], delay, now)) is not None:
        return Verdict(until=until, delay=delay)
    _note_request(host, now)
    row["asked_at"] = now
    _count_today(host, now)
    row["next_at"] = now + max(timedelta(seconds=delay), HOLD) if delay else None
    if row["closed_until"] is not None and row["opened_at"] is None:
        row["opened_at"] = now
    return Verdict(turn=now, delay=delay)


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _count_today(host: _Host, now: datetime) -> None:
    row, midnight = host.columns, _midnight(now)
    row |= {"day": midnight, "today": (row["today"] if row["day"] == midnight else 0) + 1}


def _turn(
    asked_at: datetime | None, next_at: datetime | None, delay: float, now: datetime
) -> datetime | None:
    """When to look again; None where nobody else has the host. A clock that was set back holds nobody up."""
    span = timedelta(seconds=delay)
    if next_at is None or asked_at is None or not now < next_at <= now + max(span, HOLD):
        return None
    look = timedelta(seconds=min(max(delay / 8, _LOOKS[0]), _LOOKS[1]))
    return min(next_at, max(asked_at + span, now + look))


def _note_request(host: _Host, now: datetime) -> None:
    hour = host.hour
    hour.requests += 1
    if (before := host.columns["asked_at"]) is None or before > now:
        return
    gap = (now - before).total_seconds()
    hour.gaps[step_of(gap)] += 1
    hour.shortest_gap = gap if hour.shortest_gap is None else min(gap, hour.shortest_gap)


def _note_answer(host: _Host, deed: Answered, now: datetime) -> None:
    row = host.columns
    if row["asked_at"] == deed.turn and row["next_at"] is not None:
        row["next_at"] = now + timedelta(seconds=max(deed.delay, row["crawl_delay"] or 0.0))
    if deed.closed_for is not None:
        until = now + deed.closed_for
        host.hour.told_to_wait += 1
        if row["closed_until"] is None or until > row["closed_until"]:
            row |= {"closed_at": now, "closed_until": until, "opened_at": None}


def _note_robots(host: _Host, deed: RobotsSeen, now: datetime) -> None:
    row = host.columns
    if deed.text is None:
        return  # what it asked for before goes on standing
    row["crawl_delay"] = deed.delay
    if deed.delay:  # it holds from this very answer on
        row["asked_at"] = row["asked_at"] or now
        row["next_at"] = max(row["next_at"] or now, now + timedelta(seconds=deed.delay))


def _hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _hosts(session: Session, names: Sequence[str]) -> dict[str, _Host]:
    rows = session.connection().execute(_SOME_HOSTS, {"names": names}).mappings()
    found = {row["host"]: _Host(dict(row), is_new=False) for row in rows}
    blank = dict.fromkeys(column.name for column in _HOST.columns)
    return {
        name: found.get(name) or _Host({**blank, "host": name, "today": 0}, is_new=True) for name in names
    }


def _load_hours(session: Session, hosts: dict[str, _Host], hour: datetime) -> None:
    known = session.connection().execute(_THEIR_HOUR, {"names": list(hosts), "hour": hour})
    for row in known.mappings():
        hosts[row["host"]].hour = _Hour(
            is_new=False, requests=row["requests"], shortest_gap=row["shortest_gap"], gaps=_counter(row["gaps"]),
            told_to_wait=row["told_to_wait"], put_off=row["put_off"],
        )  # fmt: skip


def _store_hosts(session: Session, hosts: dict[str, _Host]) -> None:
    connection = session.connection()
    if new := [host.columns for host in hosts.values() if host.is_new]:
        connection.execute(_HOST.insert(), new)
    if known := [_parameters(host.columns) for host in hosts.values() if not host.is_new]:
        connection.execute(_CHANGE_HOST, known)


def _store_hours(session: Session, hosts: dict[str, _Host], hour: datetime) -> None:
    connection = session.connection()
    counted = {name: host.hour for name, host in hosts.items() if not host.hour.is_empty}
    if new := [_hour_row(name, hour, counts) for name, counts in counted.items() if counts.is_new]:
        connection.execute(_HOST_HOUR.insert(), new)
        names = [row["host"] for row in new]
        connection.execute(_FORGET_HOURS, {"names": names, "hour": hour - KEPT})
    known = [_hour_row(name, hour, counts) for name, counts in counted.items() if not counts.is_new]
    if known:
        connection.execute(_CHANGE_HOUR, list(map(_parameters, known)))


def _hour_row(host: str, hour: datetime, counts: _Hour) -> dict[str, Any]:
    return {
        "host": host, "hour": hour, "requests": counts.requests, "shortest_gap": counts.shortest_gap,
        "gaps": {str(step): count for step, count in sorted(counts.gaps.items())},
        "told_to_wait": counts.told_to_wait, "put_off": counts.put_off,
    }  # fmt: skip


def _parameters(row: dict[str, Any]) -> dict[str, Any]:
    return {f"_{name}": value for name, value in row.items()}


def _counter(gaps: dict[str, int]) -> Counter[int]:
    return Counter({int(step): count for step, count in gaps.items()})


def _table(row: type[SQLModel]) -> Table:
    found: Table = row.__table__  # type: ignore[attr-defined]
    return found


def _change(table: Table) -> Update:
    """A change of whole rows, found by their keys, from parameters that are named after the columns."""
    place = {column: bindparam(f"_{column.name}", type_=column.type) for column in table.columns}
    keys = [column == bound for column, bound in place.items() if column.primary_key]
    values = {column.name: bound for column, bound in place.items() if not column.primary_key}
    return table.update().where(*keys).values(values)


# Built once: every request of every crawl passes here, and to build them takes longer than to run them.
_HOST, _HOST_HOUR = _table(HostRow), _table(HostHourRow)
_NAMES: BindParameter[str] = bindparam("names", expanding=True)
_SOME_HOSTS = core_select(_HOST).where(_HOST.c.host.in_(_NAMES))
_THEIR_HOUR = core_select(_HOST_HOUR).where(
    _HOST_HOUR.c.host.in_(_NAMES), _HOST_HOUR.c.hour == bindparam("hour", type_=_HOST_HOUR.c.hour.type)
)
_FORGET_HOURS = _HOST_HOUR.delete().where(
    _HOST_HOUR.c.host.in_(_NAMES), _HOST_HOUR.c.hour < bindparam("hour", type_=_HOST_HOUR.c.hour.type)
)
_CHANGE_HOST, _CHANGE_HOUR = _change(_HOST), _change(_HOST_HOUR)
