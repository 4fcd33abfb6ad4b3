"""A Persian aggregator: numbered list pages, no feed, and the true source at the foot."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from samples.calendars import jalali
from samples.library import Article
from samples.newsroom import Printed
from samples.sites.base import Site

_PAGE = 8


class AggregatorFa(Site):
    """Some of its stories are other sites' stories, told again or copied."""

    key = "aggregator-fa"
    zone = ZoneInfo("Asia/Tehran")
    missing = "خبری با این نشانی پیدا نشد؛ شاید فهرست تازه‌ترین خبرها کمک کند."

    def routes(self) -> Sequence[Route]:
        """The list and the articles."""
        return [
            Route("/", self.home),
            Route("/news", self.listing),
            Route("/news/{number:int}/{slug}", self.news),
        ]

    def path(self, article: Article) -> str:
        """Number and title."""
        return f"/news/{article.number}/{article.slug}"

    def dates(self, printed: Printed) -> dict[str, str]:
        """In digits in the list, in words on the page."""
        return {
            "numbers": jalali(printed.moment, self.zone, "%Y/%m/%d - %H:%M"),
            "words": jalali(printed.moment, self.zone, "%-d %B %Y ساعت %H:%M"),
        }

    async def home(self, request: Request) -> Response:
        """There is no other home than the list."""
        return RedirectResponse(f"{request.base_url}news", 302)

    async def listing(self, request: Request) -> Response:
        """Eight stories a page, without validators."""
        text = request.query_params.get("page", "1")
        page = int(text) if text.isdecimal() else 0
        printed = self.printed()
        shown = printed[(page - 1) * _PAGE : page * _PAGE] if page else ()
        if not shown:
            raise HTTPException(404)
        context = {"printed": shown, "page": page, "last": page * _PAGE >= len(printed)}
        return HTMLResponse(
            self.render(request, "list.html.j2", **context), headers={"Cache-Control": "no-store"}
        )

    async def news(self, request: Request) -> Response:
        """One story."""
        return self.article_page(request)
