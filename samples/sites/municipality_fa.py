"""Shiraz Municipality: an RSS feed, Jalali dates, short links, and a form for comments."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from samples.calendars import jalali
from samples.library import Article
from samples.newsroom import Printed
from samples.sites.base import Site, newest

_FEED_ITEMS = 30
_CHANNEL = {
    "channel": "شهرداری شیراز",
    "description": "تازه‌ترین خبرهای درگاه شهرداری شیراز",
    "language": "fa",
    "full": False,
    "former": "",
}


class MunicipalityFa(Site):
    """Its feed is the only list; the home page shows a few headlines."""

    key = "municipality-fa"
    zone = ZoneInfo("Asia/Tehran")
    missing = "صفحه‌ای با این نشانی در درگاه شهرداری وجود ندارد."

    def routes(self) -> Sequence[Route]:
        """Home, feed, articles, and their short links."""
        return [
            Route("/", self.home),
            Route("/fa/rss", self.feed),
            Route("/fa/news/{number:int}/{slug}", self.news),
            Route("/x/{code}", self.short),
        ]

    def path(self, article: Article) -> str:
        """Number and title."""
        return f"/fa/news/{article.number}/{article.slug}"

    def dates(self, printed: Printed) -> dict[str, str]:
        """The page says the weekday; the top of every page has the day on which the server started."""
        words, digits = "%A %-d %B %Y", printed.article.digits
        return {
            "words": jalali(printed.moment, self.zone, words, digits),
            "time": jalali(printed.moment, self.zone, "%H:%M", digits),
            "numbers": jalali(printed.moment, self.zone, "%Y/%m/%d", digits),
        }

    def render(self, request: Request, template: str, **context: object) -> str:
        """With today's date in the head of the page, where readers of dates may trip over it."""
        today = jalali(self.newsroom.opened, self.zone, "%A %-d %B %Y")
        return super().render(request, template, today=today, **context)

    async def home(self, request: Request) -> Response:
        """The newest headlines."""
        printed = self.printed()
        return self.reply(request, "home.html.j2", modified=newest(printed), printed=printed[:8])

    async def feed(self, request: Request) -> Response:
        """Titles and leads, dated in GMT."""
        printed = self.printed()[:_FEED_ITEMS]
        kind = "application/rss+xml"
        return self.reply(
            request, "rss.xml.j2", kind=kind, modified=newest(printed), printed=printed, **_CHANNEL
        )

    async def news(self, request: Request) -> Response:
        """One article."""
        return self.article_page(request)

    async def short(self, request: Request) -> Response:
        """The way from a short link to the article."""
        for one in self.printed():
            if f"{one.article.number:x}" == request.path_params["code"]:
                return RedirectResponse(self.link(request, one.article), 302)
        raise HTTPException(404)
