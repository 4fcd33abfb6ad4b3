"""Sources' state, crawls and requests: the schedule is data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy import select as core_select
from sqlmodel import Session, col, func, select

from news.values import as_utc
from storage.statements import put, table_of, value_of
from storage.tables import RequestRow, RunRow, SourceRow
from storage.turns import take_turns

#: The longest wait between two tries of a source that fails.
MAX_BACK_OFF = timedelta(days=1)


class RunState(StrEnum):
    """How a crawl stands."""

    RUNNING = "running"
    GOOD = "good"
    FAILED = "failed"
    #: its worker died before it could say how it ended
    LOST = "lost"
    #: ended by the operator; neither good nor a failure
    STOPPED = "stopped"
    #: its hosts may not be asked for now; neither good nor a failure
    PUT_OFF = "put-off"


#: Ends of crawls that tell nothing of their sources.
_UNTOLD = (RunState.LOST.value, RunState.STOPPED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A crawl that has begun."""

    id: int
    source: str
    started_at: datetime
    #: start of the last good crawl before it
    last_good_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What is known of a source beside its TOML."""

    key: str
    enabled: bool | None
    next_due_at: datetime | None
    last_good_at: datetime | None
    last_run_at: datetime | None
    failures: int
    last_error: str | None


def begin(session: Session, source: str, now: datetime, worker: str = "") -> Run:
    """Note that a crawl begins in a worker (`host:pid`)."""
    session.flush()
    take_turns(session, (f"source {source}",))
    put(session, _SOURCE, [{"key": source, "last_run_at": now}])
    last_good_at: datetime | None = value_of(session, _LAST_GOOD, source_=source)
    row = {
        "source": source, "state": RunState.RUNNING.value, "started_at": now, "last_good_at": last_good_at,
        "counts": {}, "worker": worker,
    }  # fmt: skip
    made = session.connection().execute(_RUN.insert(), row).inserted_primary_key
    assert made is not None
    return Run(id=made[0], source=source, started_at=as_utc(now), last_good_at=last_good_at)


def finish(session: Session, run: Run, counts: Mapping[str, Any], error: str | None, now: datetime) -> None:
    """Note how a crawl ended; only a good one moves the source's `last_good_at`."""
    session.flush()
    state = (RunState.FAILED if error else RunState.GOOD).value
    ended = {"id_": run.id, "state_": state, "counts_": dict(counts), "error_": error, "finished_": now}
    if not session.connection().execute(_FINISH, ended).rowcount:
        return
    if error:
        source = _state(session, run.source)
        source.failures, source.last_error = source.failures + 1, error
        session.add(source)
        return
    take_turns(session, (f"source {run.source}",))
    good = {"key": run.source, "failures": 0, "last_error": None, "last_good_at": run.started_at}
    put(session, _SOURCE, [good])


def stop(session: Session, run: Run, counts: Mapping[str, Any], now: datetime) -> None:
    """Note that a crawl was ended from outside; its source is due at once."""
    row = session.get(RunRow, run.id)
    if row is None or row.state != RunState.RUNNING:
        return
    row.state, row.counts, row.finished_at = RunState.STOPPED.value, dict(counts), now
    session.add(row)
    set_due(session, run.source, now)


def put_off(
    session: Session, run: Run, counts: Mapping[str, Any], reason: str, until: datetime, now: datetime
) -> None:
    """Note that a crawl's hosts may not be asked before `until`: its source is due then."""
    row = session.get(RunRow, run.id)
    if row is None or row.state != RunState.RUNNING:
        return
    row.state, row.counts, row.error, row.finished_at = RunState.PUT_OFF.value, dict(counts), reason, now
    state = _state(session, run.source)
    state.last_error, state.next_due_at = reason, until
    session.add_all((row, state))


def reap(
    session: Session, now: datetime, is_alive: Callable[[str], bool], since: datetime | None = None
) -> tuple[str, ...]:
    """Mark the crawls whose worker (`host:pid`) is not alive as lost; returns their sources.

    Only those begun `since` a moment, where one is given: looking for them is cheap then.
    """
    running = select(RunRow).where(RunRow.state == RunState.RUNNING.value)
    if since is not None:
        running = running.where(RunRow.started_at >= since)
    lost = [row for row in session.exec(running).all() if not is_alive(row.worker)]
    for row in lost:
        row.state, row.finished_at, row.error = RunState.LOST.value, now, "the crawl worker died"
        state = _state(session, row.source)
        state.failures, state.last_error = state.failures + 1, row.error
        session.add_all((row, state))
    return tuple(row.source for row in lost)


def recent(session: Session, source: str | None = None, limit: int = 20) -> tuple[RunRow, ...]:
    """The newest crawls."""
    query = select(RunRow).order_by(col(RunRow.id).desc()).limit(limit)
    return tuple(session.exec(query.where(RunRow.source == source) if source else query).all())


def last_ended(session: Session, source: str | None = None) -> dict[str, RunRow]:
    """The newest crawl of each source, or of one, that has ended."""
    newest = (
        select(func.max(RunRow.id))
        .where(col(RunRow.finished_at).is_not(None), col(RunRow.state).not_in(_UNTOLD))
        .group_by(col(RunRow.source))
    )
    if source is not None:
        newest = newest.where(RunRow.source == source)
    return {row.source: row for row in session.exec(select(RunRow).where(col(RunRow.id).in_(newest)))}


def state(session: Session, source: str) -> SourceState:
    """What is known of a source; defaults for one never crawled."""
    return _to_state(session.get(SourceRow, source) or SourceRow(key=source))


def states(session: Session) -> dict[str, SourceState]:
    """What is known of every source that was ever crawled or changed."""
    return {row.key: _to_state(row) for row in session.exec(select(SourceRow))}


def set_enabled(session: Session, source: str, enabled: bool | None) -> None:  # noqa: FBT001 - the value itself
    """Override what the TOML says; None takes the override back."""
    row = _state(session, source)
    row.enabled = enabled
    session.add(row)


def set_due(session: Session, source: str, due_at: datetime | None) -> None:
    """When the source is crawled next."""
    row = _state(session, source)
    row.next_due_at = due_at
    session.add(row)


def next_due(schedule: timedelta, failures: int, now: datetime) -> datetime:
    """The moment of the next crawl: its rhythm, doubled with every failure up to a day, never given up."""
    wait: timedelta = schedule * 2 ** min(failures, 16)
    return now + max(schedule, min(wait, MAX_BACK_OFF))


def ask(session: Session, kind: str, source: str, now: datetime) -> int:
    """Leave a request for the scheduler; returns its id."""
    row = RequestRow(kind=kind, source=source, created_at=now)
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def take_requests(session: Session, now: datetime) -> tuple[tuple[int, str, str], ...]:
    """(id, kind, source) of the requests nobody has taken yet; they are taken with this."""
    rows = session.exec(
        select(RequestRow)
        .where(col(RequestRow.taken_at).is_(None))
        .order_by(col(RequestRow.id))
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.taken_at = now
        session.add(row)
    return tuple((row.id or 0, row.kind, row.source) for row in rows)


def give_back(session: Session, own: Iterable[int], before: datetime) -> tuple[str, ...]:
    """Let requests be taken anew that were taken before a moment by one that is gone; the sources of those.

    `own` are those that the caller is at. One whose source is being crawled is at somebody's else.
    """
    running = select(RunRow.source).where(RunRow.state == RunState.RUNNING.value)
    rows = session.exec(
        select(RequestRow).where(
            col(RequestRow.taken_at) < before,
            col(RequestRow.finished_at).is_(None),
            col(RequestRow.id).not_in(list(own)),
            col(RequestRow.source).not_in(running),
        )
    ).all()
    for row in rows:
        row.taken_at = None
        session.add(row)
    session.flush()
    return tuple(row.source for row in rows)


def answer(session: Session, request: int, outcome: str, now: datetime) -> None:
    """Report on a request, for the page that waits."""
    row = session.get(RequestRow, request)
    if row is not None:
        row.outcome, row.finished_at = outcome, now
        session.add(row)


def _state(session: Session, source: str) -> SourceRow:
    take_turns(session, (f"source {source}",))
    row = session.get(SourceRow, source)
    if row is None:
        row = SourceRow(key=source)
        session.add(row)
        session.flush()
    return row


def _to_state(row: SourceRow) -> SourceState:
    return SourceState(
        key=row.key,
        enabled=row.enabled,
        next_due_at=row.next_due_at,
        last_good_at=row.last_good_at,
        last_run_at=row.last_run_at,
        failures=row.failures or 0,
        last_error=row.last_error,
    )


# Built once: every crawl passes here, and to build them takes longer than to run them.
_SOURCE, _RUN = table_of(SourceRow), table_of(RunRow)
_LAST_GOOD = core_select(_SOURCE.c.last_good_at).where(_SOURCE.c.key == bindparam("source_"))
_FINISH = (
    _RUN.update()
    .where(_RUN.c.id == bindparam("id_"), _RUN.c.state == RunState.RUNNING.value)
    .values(
        state=bindparam("state_"),
        counts=bindparam("counts_", type_=_RUN.c.counts.type),
        error=bindparam("error_", type_=_RUN.c.error.type),
        finished_at=bindparam("finished_", type_=_RUN.c.finished_at.type),
    )
)
