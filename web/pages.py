"""The pages people read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from alerts.feeds import feed_path
from alerts.wording import LANGUAGES
from news.errors import QueryError
from news.names.catalogue import networks
from news.values import MembershipEvent, Status, Verb
from storage import articles, register, stories
from storage.days import day_span
from storage.query import FIELDS
from storage.rules import rules as alert_rules
from storage.search import Found, search
from storage.timeline import timeline
from web import exporting
from web.archive import Archive
from web.asking import PAGE_SIZE, Asked, asked, number
from web.objects import StepObject, hit_object, membership_object, step_object
from web.paging import paging
from web.registering import as_asked, city_as_typed, register_filters, step_filters

#: Choices offered of each facet.
_CHOICES = 200
#: Memberships on a page.
_REGISTER_PAGE = 50
_LABELS = {
    "network": "Network",
    "city": "City",
    "country": "Country",
    "language": "Language",
    "source": "Source",
    "kind": "Kind of source",
}
#: Articles in a feed, and in a file.
_FEED, _FILE = 50, 10_000
_MOVED = 308
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

    @routes.get("/search")
    def search_address(request: Request) -> RedirectResponse:
        return RedirectResponse(f"/?{request.url.query}" if request.url.query else "/", _MOVED)

    @routes.get("/search.{kind}")
    def search_file(kind: str, request: Request) -> Response:
        return _search_file(archive, kind, asked(request.query_params), request)

    @routes.get("/articles/{article}")
    def article_page(article: str) -> HTMLResponse:
        return _article_page(archive, article)

    @routes.get("/memberships")
    def memberships_page(request: Request) -> HTMLResponse:
        return _memberships_page(archive, request.query_params)

    @routes.get("/memberships.csv")
    def memberships_file(request: Request) -> Response:
        return _register_file(archive, request.query_params)

    @routes.get("/alerts/{rule:path}.xml")
    def feed(rule: str, lang: str = "") -> Response:
        return _feed(archive, rule, lang)

    return routes


def missing(archive: Archive, what: str) -> HTMLResponse:
    """The page of something that is not there."""
    return archive.page("problem.html", 404, title="Not found", message=what)


def _search_page(archive: Archive, question: Asked) -> HTMLResponse:
    try:
        found = _found(archive, question, limit=PAGE_SIZE, offset=question.offset, facets=True)
    except QueryError as error:
        return _results(archive, question, _NOTHING, problem=str(error))
    return _results(archive, question, found)


def _found(archive: Archive, question: Asked, *, limit: int, offset: int = 0, facets: bool = False) -> Found:
    with archive.store.reading() as session:
        return search(
            session,
            question.q,
            question.filters(archive.sources),
            limit=limit,
            offset=offset,
            facets=facets,
            exact=bool(question.exact),
            newest=bool(question.newest),
            once=bool(question.once),
            pin=question.pin,
            kinds=archive.kinds,
            zone=question.zone(archive.sources),
        )


def _search_file(archive: Archive, kind: str, question: Asked, request: Request) -> Response:
    """The search as a file or feed; a feed holds the newest."""
    if kind not in exporting.MEDIA_TYPES:
        return missing(archive, "A search is to be had as csv, jsonl, xlsx, rss and atom.")
    is_feed = kind in ("rss", "atom")
    question = replace(question, newest="1", pin=0) if is_feed else question
    hits = [hit_object(hit) for hit in _found(archive, question, limit=_FEED if is_feed else _FILE).hits]
    title = exporting.feed_title(question.q, question.narrowed)
    address = str(request.url)
    written: dict[str, Callable[[], str | bytes]] = {
        "csv": lambda: "\ufeff" + exporting.csv_text(exporting.COLUMNS, map(exporting.row_of, hits)),
        "jsonl": lambda: "".join(exporting.json_lines(hits)),
        "xlsx": lambda: exporting.hits_workbook(hits, question.language),
    }
    if kind in written:
        content = written[kind]()
    else:
        content = exporting.feed(hits, title=title, address=address, now=datetime.now(UTC), kind=kind)
    named = {} if is_feed else {"Content-Disposition": f'attachment; filename="jarchi.{kind}"'}
    return Response(content, media_type=exporting.MEDIA_TYPES[kind], headers=named)


def _results(archive: Archive, question: Asked, found: Found, problem: str | None = None) -> HTMLResponse:
    return archive.page(
        "search.html",
        400 if problem else 200,
        asked=question,
        found=found,
        problem=problem,
        facets=_facets(question, found),
        months=_months(question, found),
        fields=FIELDS,
        files=[(kind, question.file(kind)) for kind in exporting.MEDIA_TYPES],
        labels=_LABELS,
        paging=paging(
            question.page, found.total, PAGE_SIZE, lambda page: question.address(page=page, pin=found.pin)
        ),
    )


def _facets(question: Asked, found: Found) -> list[Facet]:
    return [
        Facet(name, label, tuple(_choices(question, name, found.facets.get(name, ())[:_CHOICES])))
        for name, label in _LABELS.items()
    ]


def _months(question: Asked, found: Found) -> list[Choice]:
    """The months of the articles found, newest first; each narrows the search to itself."""
    return [
        Choice(month, count, is_chosen=False, address=question.address(after=month, before=_following(month)))
        for month, count in found.facets.get("month", ())[:_CHOICES]
    ]


def _following(month: str) -> str:
    span = day_span(month)
    return f"{span[1]:%Y-%m}" if span else month


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
        others = [one for one in stories.tellers(session, article_id) if one.article != article_id]
    if article is None:
        return missing(archive, "The archive holds no such article.")
    return archive.page("article.html", article=article, addresses=addresses or (article.url,), others=others)


def _memberships_page(archive: Archive, parameters: Mapping[str, str]) -> HTMLResponse:
    is_timeline = parameters.get("view") == "timeline"
    try:
        wanted = register_filters(parameters)
        page = number("page", parameters.get("page", ""), 1, 1_000_000, 1)
    except QueryError as error:
        return _register_page(archive, as_asked(parameters), is_timeline=is_timeline, problem=str(error))
    with archive.store.reading() as session:
        events = () if is_timeline else register.events(session, **wanted)
        steps = timeline(session, **step_filters(wanted)) if is_timeline else ()
    start = (page - 1) * _REGISTER_PAGE
    return _register_page(
        archive, as_asked(parameters, wanted), is_timeline=is_timeline, page=page, total=len(steps) or len(events),
        events=events[start : start + _REGISTER_PAGE], steps=[step_object(step) for step in steps[start : start + _REGISTER_PAGE]],
    )  # fmt: skip


def _register_page(
    archive: Archive, wanted: Mapping[str, str], *, is_timeline: bool, problem: str | None = None,
    page: int = 1, total: int = 0, events: Sequence[MembershipEvent] = (), steps: Sequence[StepObject] = (),
) -> HTMLResponse:  # fmt: skip
    with archive.store.reading() as session:
        rules = [rule.name for rule in alert_rules(session)]
    view = {"view": "timeline"} if is_timeline else {}
    return archive.page(
        "memberships.html",
        400 if problem else 200,
        events=events,
        steps=steps,
        is_timeline=is_timeline,
        problem=problem,
        views={
            "table": _register_address(wanted), "timeline": _register_address(wanted, view="timeline"),
            "csv": _register_address(wanted, "/memberships.csv", **view),
        },
        total=total,
        wanted=wanted,
        city=city_as_typed(wanted.get("city", "")),
        without={name: _register_address({key: value for key, value in wanted.items() if key != name}, **view) for name in wanted},
        networks=sorted(networks(), key=lambda network: network.name),
        verbs=list(Verb),
        statuses=list(Status),
        feeds=[(name, _feed_address(name)) for name in rules if _has_feed(archive, name)],
        paging=paging(page, total, _REGISTER_PAGE, lambda other: _register_address(wanted, **view, page=str(other))),
    )  # fmt: skip


def _register_file(archive: Archive, parameters: Mapping[str, str]) -> Response:
    wanted = register_filters(parameters)
    with archive.store.reading() as session:
        if parameters.get("view") == "timeline":
            content = exporting.timeline_csv(map(step_object, timeline(session, **step_filters(wanted))))
        else:
            content = exporting.register_csv(map(membership_object, register.events(session, **wanted)))
    named = {"Content-Disposition": 'attachment; filename="jarchi-memberships.csv"'}
    return Response("\ufeff" + content, media_type=exporting.MEDIA_TYPES["csv"], headers=named)


def _register_address(wanted: Mapping[str, str], path: str = "/memberships", **more: str) -> str:
    asked = {**wanted, **more}
    return f"{path}?{urlencode(asked)}" if asked else path


def _feed_address(rule: str) -> str:
    return f"/alerts/{quote(rule, safe='')}.xml"


def _has_feed(archive: Archive, rule: str, language: str = "") -> bool:
    return archive.feeds_folder is not None and feed_path(archive.feeds_folder, rule, language).is_file()


def _feed(archive: Archive, rule: str, language: str) -> Response:
    if language not in ("", *LANGUAGES):
        return missing(archive, f"Feeds are written in {', '.join(LANGUAGES)}.")
    if archive.feeds_folder is None or "\0" in rule or not _has_feed(archive, rule, language):
        return missing(archive, "No alert rule of this name has a feed.")
    content = feed_path(archive.feeds_folder, rule, language).read_bytes()
    return Response(content, media_type="application/atom+xml")
