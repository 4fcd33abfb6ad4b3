"""What every sample site does alike: routing, templates, validators, the page for what is not there."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

import jinja2
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from samples.conditional import answer
from samples.library import Article, of_site
from samples.newsroom import Newsroom, Printed

_TEMPLATES = Path(__file__).parents[1] / "templates"
_RELATED = 3


class Site(ABC):
    """One site; its subclasses say which addresses it has and what stands there."""

    key: ClassVar[str]
    zone: ClassVar[ZoneInfo]
    #: What the page for an unknown address says.
    missing: ClassVar[str]
    #: Path of the sitemap that robots.txt names, where there is one.
    sitemap: ClassVar[str] = ""

    def __init__(self, newsroom: Newsroom) -> None:
        self.newsroom = newsroom
        loader = jinja2.FileSystemLoader([_TEMPLATES / self.key, _TEMPLATES / "shared"])
        self._templates = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
        self._templates.filters["rfc822"] = partial(format_datetime, usegmt=True)

    @abstractmethod
    def routes(self) -> Sequence[Route]:
        """The site's own addresses; robots.txt is everyone's."""

    @abstractmethod
    def path(self, article: Article) -> str:
        """Where an article stands on the site, not percent-encoded, beginning with a slash."""

    @abstractmethod
    def dates(self, printed: Printed) -> dict[str, str]:
        """An article's date in the ways in which the site's templates print it."""

    def app(self) -> Starlette:
        """The ASGI application."""
        routes = [Route("/robots.txt", self.robots), *self.routes()]
        return Starlette(routes=routes, exception_handlers={404: self.not_found})

    async def robots(self, request: Request) -> Response:
        """Everything is allowed."""
        lines = ["User-agent: *", "Allow: /"]
        if self.sitemap:
            lines += ["", f"Sitemap: {request.base_url}{self.sitemap}"]
        return PlainTextResponse("\n".join(lines) + "\n")

    async def not_found(self, request: Request, _error: Exception) -> Response:
        """The site's 404 page, in its language and frame."""
        return HTMLResponse(self.render(request, "missing.html.j2", message=self.missing), status_code=404)

    def printed(self) -> tuple[Printed, ...]:
        """What the site shows at the moment, newest first."""
        return self.newsroom.printed(self.key)

    def find(self, path: str) -> Printed:
        """The article at a path."""
        for one in self.printed():
            if self.path(one.article) == path:
                return one
        raise HTTPException(404)

    def link(self, request: Request, article: Article) -> str:
        """Absolute address of an article, percent-encoded."""
        return f"{str(request.base_url).rstrip('/')}{quote(self.path(article))}"

    def render(self, request: Request, template: str, **context: Any) -> str:
        """A template's text; each can use the site's links and dates."""
        base = {"origin": str(request.base_url), "here": str(request.url), "link": self._linker(request)}
        return self._templates.get_template(template).render(**base, dates=self.dates, **context)

    def reply(
        self,
        request: Request,
        template: str,
        *,
        kind: str = "text/html",
        modified: datetime | None = None,
        **context: Any,
    ) -> Response:
        """A template's text with validators."""
        return answer(request.headers, self.render(request, template, **context), kind, modified)

    def article_page(self, request: Request, *, dated: bool = True, **context: Any) -> Response:
        """The article at the request's path in the site's frame; undated, it has no Last-Modified either."""
        printed = self.find(request.scope["path"])
        article, modified = printed.article, printed.moment if dated else None
        context |= {"article": article, "printed": printed, "related": self.related(article)}
        return self.reply(request, "article.html.j2", modified=modified, **context)

    def related(self, article: Article) -> tuple[Article, ...]:
        """A few others of the first wave, always the same ones, so that publishing changes no page."""
        others = sorted(
            (one for one in of_site(self.key) if one.wave == 1 and one.id != article.id),
            key=lambda one: one.id,
        )
        start = sum(one.id < article.id for one in others)
        return tuple((others + others)[start : start + _RELATED])

    def _linker(self, request: Request) -> Any:
        return lambda article: self.link(request, article)


def newest(printed: Sequence[Printed]) -> datetime | None:
    """When the latest of them came out."""
    return max((one.moment for one in printed), default=None)
