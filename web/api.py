"""The same archive as JSON."""

from __future__ import annotations

from time import perf_counter

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from news.errors import QueryError
from storage import articles, register
from storage.search import search
from storage.timeline import timeline
from web.archive import Archive
from web.asking import PAGE_SIZE, asked, number
from web.objects import article_object, found_object, memberships_object, step_object
from web.registering import register_filters, step_filters

_MOST_HITS = 100
_LAST_OFFSET = 10_000_000


def router(archive: Archive) -> APIRouter:
    """The routes of the JSON interface."""
    routes = APIRouter(prefix="/api", default_response_class=JSONResponse)

    @routes.get("/search")
    def api_search(request: Request) -> JSONResponse:
        return _search(archive, request)

    @routes.get("/articles/{article}")
    def api_article(article: int) -> JSONResponse:
        return _article(archive, article)

    @routes.get("/memberships")
    def api_memberships(request: Request) -> JSONResponse:
        wanted = register_filters(request.query_params)
        with archive.store.reading() as session:
            return JSONResponse(memberships_object(register.events(session, **wanted)))

    @routes.get("/memberships/timeline")
    def api_timeline(request: Request) -> JSONResponse:
        wanted = step_filters(register_filters(request.query_params))
        with archive.store.reading() as session:
            return JSONResponse({"timeline": list(map(step_object, timeline(session, **wanted)))})

    return routes


def refused(error: QueryError) -> JSONResponse:
    """What is wrong with the question."""
    return JSONResponse({"error": str(error)}, status_code=400)


def _search(archive: Archive, request: Request) -> JSONResponse:
    """Parameters: those of the search page, and `limit`, `offset`, `facets=1`."""
    given = request.query_params
    question = asked(given)
    limit = number("limit", given.get("limit", ""), 0, _MOST_HITS, PAGE_SIZE)
    offset = number("offset", given.get("offset", ""), 0, _LAST_OFFSET, question.offset)
    has_facets = given.get("facets", "") not in ("", "0", "false")
    start = perf_counter()
    with archive.store.reading() as session:
        filters = question.filters(archive.sources)
        found = search(
            session,
            question.q,
            filters,
            limit=limit,
            offset=offset,
            facets=has_facets,
            exact=bool(question.exact),
            newest=bool(question.newest),
            once=bool(question.once),
            pin=question.pin,
            kinds=archive.kinds,
            zone=question.zone(archive.sources),
        )
    return JSONResponse(found_object(found, (perf_counter() - start) * 1000))


def _article(archive: Archive, article_id: int) -> JSONResponse:
    with archive.store.reading() as session:
        article = articles.load(session, article_id) if 0 < article_id < 1 << 31 else None
    if article is None:
        return JSONResponse({"error": "the archive holds no such article"}, status_code=404)
    return JSONResponse(article_object(article_id, article))
