"""Where readers say of a letter that it is right or wrong, and what no letter told of.

A link shows a page, and only its button notes anything: mail programs follow links before anybody reads them. There is no
login; the signature says whose letter it was.
"""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from alerts.letters import title
from alerts.links import JUDGE, MISSED, unseal
from alerts.wording import marked
from news.addresses import is_web_address
from storage import answers, outbox
from storage.answers import Said
from storage.outbox import Delivery
from web.archive import Archive
from web.forms import Form
from web.spoken import page_in, spoken_by

_JUDGED = (Said.RIGHT, Said.WRONG)
_LARGEST = 2**31 - 1
_NO_ADDRESS = marked("The address should begin with http:// or https://.")
_NOTHING_SAID = marked("Please give the address of the article, or say what happened.")


def router(archive: Archive, key: bytes) -> APIRouter:
    """The routes; without the key that signed the links nothing is there."""
    routes = APIRouter(default_response_class=HTMLResponse)

    @routes.get("/judge/{token}")
    def ask(token: str, request: Request) -> HTMLResponse:
        delivery = _delivery(archive, key, token)
        chosen = next((said for said in _JUDGED if said.value in request.query_params), None)
        return _judge_page(archive, delivery, chosen) if delivery else _unknown(archive)

    @routes.post("/judge/{token}")
    def judge(token: str, form: Form) -> HTMLResponse:
        delivery = _delivery(archive, key, token)
        if delivery is None:
            return _unknown(archive)
        said = next((said for said in _JUDGED if said.value == form.get("said")), None)
        if said is None:
            return _judge_page(archive, delivery, None)
        with archive.store.writing() as session:
            answers.judge(session, delivery, said, title(delivery), form.get("note"), datetime.now(UTC))
        return page_in(spoken_by(archive, [delivery.rule]), archive, "thanks.html", said=said.value)

    @routes.get("/missed/{token}")
    def ask_what(token: str) -> HTMLResponse:
        parts = unseal(key, MISSED, token)
        return _missed_page(archive, parts[1]) if parts else _unknown(archive)

    @routes.post("/missed/{token}")
    def miss(token: str, form: Form) -> HTMLResponse:
        parts = unseal(key, MISSED, token)
        if not parts:
            return _unknown(archive)
        return _miss(archive, parts, form.get("address", ""), form.get("what", ""))

    return routes


def _miss(archive: Archive, parts: list[str], address: str, what: str) -> HTMLResponse:
    recipient, rule = parts
    if address and not is_web_address(address):
        return _missed_page(archive, rule, address, what, _NO_ADDRESS)
    if not (address or what):
        return _missed_page(archive, rule, address, what, _NOTHING_SAID)
    with archive.store.writing() as session:
        noted = answers.miss(session, recipient, rule, address, what or address, datetime.now(UTC))
    return page_in(spoken_by(archive, [rule]), archive, "thanks.html", said="missed" if noted else "known")


def _missed_page(
    archive: Archive, rule: str, address: str = "", what: str = "", problem: str = ""
) -> HTMLResponse:
    spoken = spoken_by(archive, [rule])
    said = problem and spoken.say(problem)
    return page_in(
        spoken, archive, "missed.html", 400 if problem else 200, address=address, what=what, problem=said
    )


def _judge_page(archive: Archive, delivery: Delivery, chosen: Said | None) -> HTMLResponse:
    event, article = delivery.event, delivery.article
    sentence = (
        next((item.sentence for item in event.evidence), "") if event else article.snippet if article else ""
    )
    spoken = spoken_by(archive, [delivery.rule])
    subject = title(delivery, spoken)
    return page_in(
        spoken, archive, "judge.html", subject=subject, sentence=sentence, rule=delivery.rule, chosen=chosen
    )


def _delivery(archive: Archive, key: bytes, token: str) -> Delivery | None:
    """The delivery that a token names; None where it is gone, or the archive was made anew and it is another's."""
    parts = unseal(key, JUDGE, token)
    if not parts:
        return None
    number, recipient = parts
    with archive.store.reading() as session:
        found = outbox.delivery(session, int(number)) if int(number) <= _LARGEST else None
    return found if found and found.recipient == recipient else None


def _unknown(archive: Archive) -> HTMLResponse:
    message = "This link is not one of ours, it was signed with another key, or what it was about is gone."
    return archive.page("problem.html", 404, title="Problem 404", message=message)
