"""How the service fares: sources, crawls, and the letters that nobody accepted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from news.values import Source
from storage import outbox, runs
from storage.outbox import Delivery, DeliveryState
from storage.runs import SourceState
from web.forms import Form
from web.staff import StaffPages

#: Dead letters and crawls on the page.
_DEAD, _RUNS = 200, 30
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Deliveries that were given up together, a digest or one by itself."""

    id: int
    about: str
    more: int
    rule: str
    recipient: str
    died_at: datetime | None
    attempts: int
    error: str | None


def router(staff: StaffPages) -> APIRouter:
    """The routes."""
    routes = APIRouter(default_response_class=HTMLResponse)

    @routes.get("/status")
    def page(request: Request) -> Response:
        return staff.refusal(request) or _page(staff, request)

    @routes.post("/status/retry")
    def retry(request: Request, form: Form) -> Response:
        return staff.refusal(request, form) or _retry(staff, request, form)

    return routes


def _page(staff: StaffPages, request: Request) -> HTMLResponse:
    with staff.archive.store.reading() as session:
        states = runs.states(session)
        dead = outbox.deliveries(session, state=DeliveryState.DEAD, limit=_DEAD)
        waiting = outbox.count(session, DeliveryState.WAITING)
        crawls = [
            (row.source, row.state, row.started_at, row.finished_at, row.counts, row.error)
            for row in runs.recent(session, limit=_RUNS)
        ]
    rows = [states.get(key) or _never(key) for key in {*states, *staff.archive.sources}]
    watched = [row for row in rows if _is_watched(staff.archive.sources.get(row.key), row)]
    others = [row for row in rows if row not in watched]
    return staff.page(
        request, "status.html", watched=sorted(watched, key=_need), others=sorted(others, key=_need),
        failing=sum(row.failures > 0 for row in watched), dead=_letters(dead), waiting=waiting, crawls=crawls, retried=request.query_params.get("retried", "") == "yes",
    )  # fmt: skip


def _retry(staff: StaffPages, request: Request, form: dict[str, str]) -> Response:
    """Dead letters live again; whoever sends alerts sends them within a minute."""
    which = form.get("delivery", "")
    wanted = [int(which)] if which.isdecimal() and len(which) < 10 else None
    if wanted is not None or which == "all":
        with staff.archive.store.writing() as session:
            outbox.revive(session, wanted)
    return staff.back("/status?retried=yes", staff.person(request, form))


def _letters(dead: tuple[Delivery, ...]) -> list[Letter]:
    """One for each letter, newest first."""
    units: dict[tuple[int | None, int], list[Delivery]] = {}
    for item in dead:
        units.setdefault((item.digest, 0 if item.digest else item.id), []).append(item)
    return [
        Letter(
            id=items[0].id,
            about=items[0].reference,
            more=len(items) - 1,
            rule=items[0].rule,
            recipient=items[0].recipient,
            died_at=items[0].died_at,
            attempts=items[0].attempts,
            error=items[0].error,
        )
        for items in units.values()
    ]


def _is_watched(source: Source | None, state: SourceState) -> bool:
    """Whether a source is crawled: as staff decided, else as its file says."""
    return bool(state.enabled if state.enabled is not None else source and source.enabled)


def _need(state: SourceState) -> tuple[bool, datetime, str]:
    """What wants looking at comes first, and of that what nobody has read for longest."""
    fails = state.failures > 0
    return not fails, state.last_good_at or _NEVER if fails else _NEVER, state.key


def _never(key: str) -> SourceState:
    return SourceState(
        key=key,
        enabled=None,
        next_due_at=None,
        last_good_at=None,
        last_run_at=None,
        failures=0,
        last_error=None,
    )
