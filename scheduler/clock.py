"""Which sources are due: a pure look at the schedule, which is data."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from news.values import Source
from storage.runs import SourceState


def is_enabled(source: Source, state: SourceState | None) -> bool:
    """What staff decided, else what the source's file says."""
    if state is None or state.enabled is None:
        return source.enabled
    return state.enabled


def due_sources(
    sources: Mapping[str, Source], states: Mapping[str, SourceState], in_flight: Collection[str], now: datetime
) -> tuple[str, ...]:
    """Keys of the enabled sources whose moment has come and that are not being crawled, longest overdue first.

    A source never crawled is due at once.
    """
    due = [
        (state.next_due_at if state and state.next_due_at else now, key)
        for key, source in sources.items()
        if key not in in_flight and is_enabled(source, state := states.get(key)) and _has_come(state, now)
    ]
    return tuple(key for _, key in sorted(due))


def _has_come(state: SourceState | None, now: datetime) -> bool:
    return state is None or state.next_due_at is None or state.next_due_at <= now
