"""The page on which a reader ends letters: a link shows a button, and only the button changes anything.

Mail programs follow links before anybody reads them, hence no change by GET. The one-click of RFC 8058 is a
POST to the same address; it carries no cookie, and the signature alone says whose letters end.
"""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from alerts.links import Subscription, read
from storage import outbox, rules
from web.archive import Archive
from web.spoken import page_in, spoken_by


def router(archive: Archive, key: bytes) -> APIRouter:
    """The routes; without the key that signed the links nothing is there."""
    routes = APIRouter(default_response_class=HTMLResponse)

    @routes.get("/unsubscribe/{token}")
    def ask(token: str) -> HTMLResponse:
        wanted = read(key, token)
        return _page(archive, wanted, is_done=False) if wanted else _unknown(archive)

    @routes.post("/unsubscribe/{token}")
    def end(token: str) -> HTMLResponse:
        wanted = read(key, token)
        if wanted is None:
            return _unknown(archive)
        _end(archive, wanted, datetime.now(UTC))
        return _page(archive, wanted, is_done=True)

    return routes


def _end(archive: Archive, wanted: Subscription, now: datetime) -> None:
    """Take the recipient out of the rules, and give up what waits; a second time changes nothing."""
    with archive.store.writing() as session:
        for rule in wanted.rules:
            rules.drop_recipient(session, rule, wanted.recipient)
            outbox.bury_waiting(session, rule, "the recipient ended these letters", now, wanted.recipient)


def _page(archive: Archive, wanted: Subscription, *, is_done: bool) -> HTMLResponse:
    spoken = spoken_by(archive, wanted.rules)
    return page_in(spoken, archive, "unsubscribe.html", subscription=wanted, is_done=is_done)


def _unknown(archive: Archive) -> HTMLResponse:
    message = "This link is not one of ours, or it was signed with another key."
    return archive.page("problem.html", 404, title="Problem 404", message=message)
