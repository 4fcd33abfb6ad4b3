"""The pages people read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from alerts.feeds import feed_path
from news.errors import QueryError
from storage import articles, register
from storage.rules import rules as alert_rules
from storage.search import Found, search
from web.archive import Archive
from web.asking import PAGE_SIZE, Asked, asked, number
from web.paging import paging
from web.registering import register_filters

#: Choices offered of each facet.
_CHOICES = 200
#: Memberships on a page.
_REGISTER_PAGE = 50
_LABELS = {"network": "Network", "city": "City", "language": "Language", "source": "Source"}
_NOTHING = Found(total=0, hits=())


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet, and the search with it chosen, or given up where it is chosen already."""

    key: str
    count: int
    is_chosen: bool
    address: str


@dataclass(frozen=True, slots=True)
class Facet:
    """The values that the articles found have."""

    name: str
    label: str
    choices: tuple[Choice, ...]


def router(archive: Archive) -> APIRouter:
    """The routes of the pages."""
    routes = APIRouter(default_response_class=HTMLResponse)

    @routes.get("/")
    def search_page(request: Request) -> HTMLResponse:
        return _search_page(archive, asked(request.query_params))

    @routes.get("/articles/{article}")
    def article_page(article: str) -> HTMLResponse:
        return _article_page(archive, article)

    @routes.get("/memberships")
    def memberships_page(request: Request) -> HTMLResponse:
        return _memberships_page(archive, request.query_params)

    @routes.get("/alerts/{rule:path}.xml")
    def feed(rule: str) -> Response:
        return _feed(archive, rule)

    return routes


def missing(archive: Archive, what: str) -> HTMLResponse:
    """The page of something that is not there."""
    return archive.page("problem.html", 404, title="Not found", message=what)


def _search_page(archive: Archive, question: Asked) -> HTMLResponse:
    try:
        with archive.store.reading() as session:
            filters = question.filters(archive.sources)
            found = search(session, question.q, filters, limit=PAGE_SIZE, offset=question.offset, facets=True)
    except QueryError as error:
        return _results(archive, question, _NOTHING, problem=str(error))
    return _results(archive, question, found)


def _results(archive: Archive, question: Asked, found: Found, problem: str | None = None) -> HTMLResponse:
    return archive.page(
        "search.html",
        400 if problem else 200,
        asked=question,
        found=found,
        problem=problem,
        facets=_facets(question, found),
        labels=_LABELS,
        paging=paging(question.page, found.total, PAGE_SIZE, lambda page: question.address(page=page)),
    )


def _facets(question: Asked, found: Found) -> list[Facet]:
    return [
        Facet(name, label, tuple(_choices(question, name, found.facets.get(name, ())[:_CHOICES])))
        for name, label in _LABELS.items()
    ]


def _choices(question: Asked, facet: str, counts: Iterable[tuple[str, int]]) -> list[Choice]:
    """What is chosen is offered even where nothing was found, so that it can be given up."""
    chosen = getattr(question, facet)
    found = dict(counts)
    rows = found if not chosen or chosen in found else {chosen: 0, **found}
    return [
        Choice(key, count, key == chosen, question.address(**{facet: "" if key == chosen else key}))
        for key, count in rows.items()
        if key
    ]


def _article_page(archive: Archive, text: str) -> HTMLResponse:
    article_id = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
    with archive.store.reading() as session:
        article = articles.load(session, article_id)
        addresses = articles.addresses(session, article_id)
    if article is None:
        return missing(archive, "The archive holds no such article.")
    return archive.page("article.html", article=article, addresses=addresses or (article.url,))


def _memberships_page(archive: Archive, parameters: Mapping[str, str]) -> HTMLResponse:
    try:
        wanted = register_filters(parameters)
        page = number("page", parameters.get("page", ""), 1, 1_000_000, 1)
    except QueryError as error:
        return archive.page("problem.html", 400, title="Not understood", message=str(error))
    with archive.store.reading() as session:
        events = register.events(session, **wanted)
        rules = [rule.name for rule in alert_rules(session)]
    start = (page - 1) * _REGISTER_PAGE
    return archive.page(
        "memberships.html",
        events=events[start : start + _REGISTER_PAGE],
        total=len(events),
        wanted=wanted,
        feeds=[(name, _feed_address(name)) for name in rules if _has_feed(archive, name)],
        paging=paging(page, len(events), _REGISTER_PAGE, lambda other: _register_address(wanted, other)),
    )


def _register_address(wanted: Mapping[str, object], page: int) -> str:
    return "/memberships?" + urlencode({**wanted, "page": page})


def _feed_address(rule: str) -> str:
    return f"/alerts/{quote(rule, safe='')}.xml"


def _has_feed(archive: Archive, rule: str) -> bool:
    return archive.feeds_folder is not None and feed_path(archive.feeds_folder, rule).is_file()


def _feed(archive: Archive, rule: str) -> Response:
    if archive.feeds_folder is None or "\0" in rule or not _has_feed(archive, rule):
        return missing(archive, "No alert rule of this name has a feed.")
    content = feed_path(archive.feeds_folder, rule).read_bytes()
    return Response(content, media_type="application/atom+xml")
