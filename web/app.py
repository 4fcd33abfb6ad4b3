"""The web application: pages, JSON, feeds; it starts nothing, and writes only what a button was pressed for."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from news.errors import QueryError, StorageError
from news.values import Source
from storage.engine import Store
from web import api, judging, pages, reviewing, ruling, status, unsubscribing
from web.archive import FOLDER, Archive, open_archive
from web.headers import SecurityHeaders
from web.ruling import Channels
from web.staff import Desk, StaffPages

_log = logging.getLogger(__name__)
_NO_SOURCES: Mapping[str, Source] = MappingProxyType({})
_ANYBODY_HERE = Desk()


def create_app(
    store: Store,
    *,
    sources: Mapping[str, Source] = _NO_SOURCES,
    feeds_folder: Path | None = None,
    link_key: bytes = b"",
    desk: Desk = _ANYBODY_HERE,
    channels: Channels = tuple,
) -> FastAPI:
    """The application on an open database.

    `sources` by key give names and time zones, `link_key` signed the letters' links, `channels` lists the address book.
    """
    archive = open_archive(store, sources, feeds_folder, staff_pages=desk.is_open())
    staff = StaffPages(archive, desk)
    app = FastAPI(title="Jarchi", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(SecurityHeaders)
    app.include_router(pages.router(archive))
    app.include_router(api.router(archive))
    app.include_router(unsubscribing.router(archive, link_key))
    app.include_router(judging.router(archive, link_key))
    app.include_router(reviewing.router(staff))
    app.include_router(ruling.router(staff, channels))
    app.include_router(status.router(staff))
    app.mount("/static", StaticFiles(directory=FOLDER / "static"))
    app.add_api_route("/healthz", _healthz)
    _explain_errors(app, archive)
    return app


def _healthz() -> dict[str, str]:
    return {"status": "ok"}


def _explain_errors(app: FastAPI, archive: Archive) -> None:
    def bad_question(_: Request, error: Exception) -> Response:
        assert isinstance(error, QueryError)
        return api.refused(error)

    def no_database(request: Request, error: Exception) -> Response:
        _log.error("archive unavailable", exc_info=error)
        return _problem(archive, request, 503, "The archive cannot be read now; please try again in a while.")

    def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return _problem(archive, request, error.status_code, "There is nothing at this address.")

    app.add_exception_handler(QueryError, bad_question)
    app.add_exception_handler(StorageError, no_database)
    app.add_exception_handler(HTTPException, refused)


def _problem(archive: Archive, request: Request, status: int, message: str) -> Response:
    """For scripts as JSON, for people as a page."""
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": message}, status_code=status)
    return archive.page("problem.html", status, title=f"Problem {status}", message=message)
