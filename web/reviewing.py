"""What waits for a person, with buttons: the page of `jarchi review`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session

from news.errors import JarchiError, StorageError, UsageError
from news.names.catalogue import networks
from news.names.picking import city_key, network_key
from news.values import Status, Verb
from storage import answers, reviewing
from storage.reviewing import Correction, Judgement, Verdict
from web.forms import Form
from web.staff import StaffPages

#: Claims, answers and decisions on the page; what is dealt with makes room.
_CLAIMS, _ANSWERS, _DECISIONS = 50, 50, 20
_LARGEST = 2**31 - 1


def router(staff: StaffPages) -> APIRouter:
    """The routes."""
    routes = APIRouter(default_response_class=HTMLResponse)

    @routes.get("/review")
    def page(request: Request) -> Response:
        return staff.refusal(request) or _page(staff, request)

    @routes.post("/review/{article}.{position}")
    def decide(article: int, position: int, request: Request, form: Form) -> Response:
        def act(session: Session, now: datetime, person: str) -> None:
            if form.get("verdict") == "undo":
                reviewing.undo(session, article, position)
                return
            judgement = _judgement(form, person)
            reviewing.decide(session, article, position, judgement, now=now, max_age=staff.desk.max_age)

        return staff.refusal(request, form) or _act(staff, request, form, act, (article, position))

    @routes.post("/review/answers/{answer}")
    def settle(answer: int, request: Request, form: Form) -> Response:
        def act(session: Session, now: datetime, person: str) -> None:
            answers.settle(
                session, answer, agreed=form.get("agreed") == "yes", by=person, note=form.get("note") or None,
                now=now, max_age=staff.desk.max_age,
            )  # fmt: skip

        return staff.refusal(request, form) or _act(staff, request, form, act, (answer,))

    @routes.get("/precision")
    def precision(request: Request) -> Response:
        return staff.refusal(request) or _precision(staff, request)

    return routes


def _act(
    staff: StaffPages,
    request: Request,
    form: dict[str, str],
    act: Callable[[Session, datetime, str], None],
    ids: tuple[int, ...],
) -> Response:
    """Do it and lead back to the page; a wrong form is told there."""
    person = staff.person(request, form)
    try:
        if not person:
            raise UsageError("Say who you are: decisions bear a name.")
        if max(ids) > _LARGEST:
            raise UsageError("There is no such claim.")
        with staff.archive.store.writing() as session:
            act(session, datetime.now(UTC), person)
    except StorageError:
        raise
    except JarchiError as error:
        return _page(staff, request, str(error), status=400)
    return staff.back("/review", person)


def _page(staff: StaffPages, request: Request, problem: str = "", status: int = 200) -> HTMLResponse:
    with staff.archive.store.reading() as session:
        claims = reviewing.waiting(session, _CLAIMS)
        said = answers.waiting(session, _ANSWERS)
        decided = reviewing.decisions(session, _DECISIONS)
    return staff.page(
        request, "review.html", status, claims=claims, answers=said, decided=decided, problem=problem,
        networks=sorted(networks(), key=lambda network: network.name), verbs=list(Verb), statuses=list(Status),
    )  # fmt: skip


def _precision(staff: StaffPages, request: Request) -> HTMLResponse:
    with staff.archive.store.reading() as session:
        found = answers.precision(session)
    return staff.page(request, "precision.html", rows=found)


def _judgement(form: dict[str, str], person: str) -> Judgement:
    """Raises UsageError for a city, network, verb or status that is not known."""
    try:
        verdict = Verdict(form.get("verdict", ""))
        right = Correction(
            member=city_key(form.get("city") or None),
            network=network_key(form.get("network") or None),
            verb=Verb(form["verb"]) if form.get("verb") else None,
            status=Status(form["status"]) if form.get("status") else None,
        )
    except ValueError as error:
        raise UsageError(f"This form is not one of ours: {error}") from None
    correction = right if verdict is Verdict.YES else Correction()
    return Judgement(verdict=verdict, by=person, correction=correction, note=form.get("note") or None)
