"""Persian profiles of city organisations, dated vaguely or not at all."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from samples.calendars import jalali
from samples.library import Article
from samples.newsroom import Printed
from samples.sites.base import Site


class ProfileFa(Site):
    """One list, and a page for each organisation."""

    key = "profile-fa"
    zone = ZoneInfo("Asia/Tehran")
    missing = "چنین نمایه‌ای در این پایگاه نیست."

    def routes(self) -> Sequence[Route]:
        """The list and the profiles."""
        return [
            Route("/", self.home),
            Route("/profiles/", self.listing),
            Route("/profiles/{name}", self.profile),
        ]

    def path(self, article: Article) -> str:
        """The organisation's name in Latin letters."""
        return f"/profiles/{article.id}"

    def dates(self, printed: Printed) -> dict[str, str]:
        """A month at most."""
        shown = printed.article.shown_date == "month"
        return {"month": jalali(printed.moment, self.zone, "%B %Y") if shown else ""}

    async def home(self, request: Request) -> Response:
        """There is no other home than the list."""
        return RedirectResponse(f"{request.base_url}profiles/", 302)

    async def listing(self, request: Request) -> Response:
        """All profiles, by name."""
        printed = sorted(self.printed(), key=lambda one: one.article.title)
        return self.reply(request, "list.html.j2", printed=printed)

    async def profile(self, request: Request) -> Response:
        """One organisation; a Last-Modified would give its date away."""
        return self.article_page(request, dated=False)
