"""The alert rules: who is told of what, by which channel, and how their letters fare."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from alerts.conditions import in_words, when
from news.errors import JarchiError
from storage import answers, outbox, ruletallies
from storage.answers import Facet, Precision
from storage.outbox import DeliveryState
from storage.rules import Rule
from storage.rules import rules as alert_rules
from storage.ruletallies import RuleTally
from web.forms import Form
from web.staff import StaffPages

#: The channels and webhooks of the address book, each with what may be shown of its address; raises JarchiError.
Channels = Callable[[], Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleShown:
    """A rule as the page shows it."""

    rule: Rule
    said: str
    when: str
    #: each recipient, with what may be shown of where that is; None where nobody knows
    recipients: tuple[tuple[str, str | None], ...]
    tally: RuleTally
    precision: Precision | None


def router(staff: StaffPages, channels: Channels) -> APIRouter:
    """The routes."""
    routes = APIRouter(default_response_class=HTMLResponse)

    @routes.get("/rules")
    def page(request: Request) -> Response:
        return staff.refusal(request) or _page(staff, request, channels)

    @routes.post("/rules/retry")
    def retry(request: Request, form: Form) -> Response:
        return staff.refusal(request, form) or _retry(staff, request, form)

    return routes


def _page(staff: StaffPages, request: Request, channels: Channels) -> HTMLResponse:
    problem = None
    try:
        book = dict(channels())
    except JarchiError as error:
        book, problem = {}, str(error)
    with staff.archive.store.reading() as session:
        rules = alert_rules(session)
        tallies = ruletallies.tallies(session)
        judged = {item.key: item for item in answers.precision(session) if item.facet is Facet.RULE}
    shown = [
        RuleShown(
            rule=rule, said=in_words(rule), when=when(rule.manner), tally=tallies.get(rule.name, RuleTally()),
            precision=judged.get(rule.name), recipients=tuple((who, _place(who, book)) for who in rule.recipients),
        )
        for rule in rules
    ]  # fmt: skip
    used = {who for rule in rules for who in rule.recipients}
    return staff.page(
        request, "rules.html", rules=shown, channels=sorted(book.items()), used=used, problem=problem,
        gone=sorted(tallies.keys() - {rule.name for rule in rules}), tallies=tallies,
        retried=request.query_params.get("retried", "") == "yes",
    )  # fmt: skip


def _place(recipient: str, book: dict[str, str]) -> str | None:
    """What may be shown of where a recipient is: nothing more of a mailbox, the console and the feed."""
    return book.get(recipient) if recipient.startswith(("apprise:", "webhook:")) else ""


def _retry(staff: StaffPages, request: Request, form: dict[str, str]) -> Response:
    """The dead letters of a rule live again; whoever sends alerts sends them within a minute."""
    if rule := form.get("rule", ""):
        with staff.archive.store.writing() as session:
            dead = outbox.deliveries(session, rule=rule, state=DeliveryState.DEAD)
            outbox.revive(session, [item.id for item in dead])
    return staff.back("/rules?retried=yes", staff.person(request, form))
