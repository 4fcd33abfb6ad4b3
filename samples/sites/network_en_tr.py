"""UCLG-MEWA in English and Turkish: a sitemap, and dates in JSON-LD or Open Graph."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from samples.calendars import gregorian
from samples.library import Article
from samples.newsroom import Printed
from samples.sites.base import Site, newest

_SECTIONS = {"en": "/en/news", "tr": "/tr/haber"}


class NetworkEnTr(Site):
    """No feed; each language has its own list of headlines."""

    key = "network-en-tr"
    zone = ZoneInfo("Europe/Istanbul")
    missing = "Page not found / Sayfa bulunamadı"
    sitemap = "sitemap.xml"

    def routes(self) -> Sequence[Route]:
        """The sitemap, and for each language the headlines and the articles."""
        return [
            Route("/", self.home),
            Route("/sitemap.xml", self.sitemap_page),
            Route("/{language:str}/", self.headlines),
            Route("/en/news/{slug}", self.news),
            Route("/tr/haber/{slug}", self.news),
        ]

    def path(self, article: Article) -> str:
        """The section of its language, and the title."""
        return f"{_SECTIONS[article.language]}/{article.slug}"

    def dates(self, printed: Printed) -> dict[str, str]:
        """In words in the article's language, and in ISO for the metadata."""
        words = gregorian(printed.moment, self.zone, printed.article.language)
        return {"words": words, "iso": printed.moment.astimezone(self.zone).isoformat()}

    def render(self, request: Request, template: str, **context: Any) -> str:
        """With the language of the path, which decides the words around the text."""
        language = "tr" if request.url.path.startswith("/tr/") else "en"
        return super().render(request, template, language=language, **context)

    async def home(self, request: Request) -> Response:
        """English first."""
        return RedirectResponse(f"{request.base_url}en/", 302)

    async def headlines(self, request: Request) -> Response:
        """The articles in one language; of a language there is none of, the 404 page."""
        language = request.path_params["language"]
        printed = [one for one in self.printed() if one.article.language == language]
        if not printed:
            return await self.not_found(request, ValueError(language))
        return self.reply(request, "home.html.j2", modified=newest(printed), printed=printed)

    async def news(self, request: Request) -> Response:
        """One article."""
        return self.article_page(request)

    async def sitemap_page(self, request: Request) -> Response:
        """Every article in both languages."""
        printed = self.printed()
        return self.reply(
            request, "sitemap.xml.j2", kind="application/xml", modified=newest(printed), printed=printed
        )
