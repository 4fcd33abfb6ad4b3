"""The Arabic face of the Strong Cities Network: WordPress with feed, REST and sitemaps."""

from collections.abc import Sequence
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from samples.calendars import gregorian
from samples.library import Article
from samples.newsroom import Printed
from samples.sites.base import Site, newest
from samples.sites.wordpress import Collection, QueryError, item

_FEED_ITEMS = 10
_WORDS_A_MINUTE = 200
#: Months as they are called where the office is: جانفي, not يناير.
_LOCALE = "ar_TN"
_NAME = "شبكة المدن القوية"
_CHANNEL = {
    "channel": _NAME,
    "description": "مدن تتعلم من بعضها البعض",
    "language": "ar",
    "full": True,
    "former": "http://old.strongcities.example",
}


class NetworkAr(Site):
    """Machine-translated, with the names of its icons spilt into the markup."""

    key = "network-ar"
    zone = ZoneInfo("Africa/Tunis")
    missing = "لم يتم العثور على الصفحة التي تبحث عنها ، ربما تم نقلها."
    sitemap = "wp-sitemap.xml"

    def routes(self) -> Sequence[Route]:
        """Those of WordPress, and a page on joining."""
        return [
            Route("/", self.home),
            Route("/feed/", self.feed),
            Route("/join/", self.join),
            Route("/wp-json/", self.rest_index),
            Route("/wp-json/wp/v2/posts", self.rest_posts),
            Route("/wp-json/wp/v2/posts/{number:int}", self.rest_post),
            Route("/wp-sitemap.xml", self.sitemap_index),
            Route("/wp-sitemap-posts-post-1.xml", self.sitemap_posts),
            Route("/{slug}/", self.post),
        ]

    def path(self, article: Article) -> str:
        """The slug alone, as with the permalink setting "post name"."""
        return f"/{article.slug}/"

    def dates(self, printed: Printed) -> dict[str, str]:
        """In words for the reader, and in ISO with the offset for the meta tags."""
        local = printed.moment.astimezone(self.zone)
        words = gregorian(printed.moment, self.zone, _LOCALE)
        return {"words": words, "iso": local.isoformat()}

    async def home(self, request: Request) -> Response:
        """The latest posts; `?p=` leads to the post of that number."""
        if number := request.query_params.get("p"):
            return RedirectResponse(self.link(request, self._numbered(number).article), 301)
        printed = self.printed()
        return self.reply(request, "home.html.j2", modified=newest(printed), printed=printed[:_FEED_ITEMS])

    async def join(self, request: Request) -> Response:
        """Invites, and reports no news."""
        return self.reply(request, "join.html.j2")

    async def post(self, request: Request) -> Response:
        """One post, with the reading time that the theme works out."""
        return self.article_page(request, reading_minutes=_reading_minutes)

    async def feed(self, request: Request) -> Response:
        """Ten posts; `?paged=` pages back and ends in 404."""
        page = request.query_params.get("paged", "1")
        first = (int(page) - 1) * _FEED_ITEMS if page.isdecimal() and int(page) else 0
        printed = self.printed()[first : first + _FEED_ITEMS]
        if not printed:
            raise HTTPException(404)
        kind = "application/rss+xml"
        return self.reply(
            request, "rss.xml.j2", kind=kind, modified=newest(self.printed()), printed=printed, **_CHANNEL
        )

    async def sitemap_index(self, request: Request) -> Response:
        """Names the one sitemap of posts."""
        maps = [f"{request.base_url}wp-sitemap-posts-post-1.xml"]
        return self._xml(request, "sitemap-index.xml.j2", maps=maps)

    async def sitemap_posts(self, request: Request) -> Response:
        """Every post."""
        return self._xml(request, "sitemap.xml.j2")

    async def rest_index(self, request: Request) -> Response:
        """As much of it as a client needs to know WordPress by."""
        return JSONResponse(
            {
                "name": _NAME,
                "url": str(request.base_url),
                "namespaces": ["wp/v2"],
                "timezone_string": str(self.zone),
            }
        )

    async def rest_posts(self, request: Request) -> Response:
        """A page of posts with the totals in the headers; no validators, as in WordPress itself."""
        try:
            found = Collection.of(request.query_params, self.printed(), self.zone)
        except QueryError as error:
            return error.response()
        headers = {"X-WP-Total": str(found.total), "X-WP-TotalPages": str(found.pages)}
        posts = [item(one, self.link(request, one.article), self.zone) for one in found.printed]
        return JSONResponse(posts, headers=headers)

    async def rest_post(self, request: Request) -> Response:
        """One post by its number."""
        printed = self._numbered(str(request.path_params["number"]))
        return JSONResponse(item(printed, self.link(request, printed.article), self.zone))

    def _xml(self, request: Request, template: str, **context: Any) -> Response:
        printed = self.printed()
        context |= {"kind": "application/xml", "modified": newest(printed), "printed": printed}
        return self.reply(request, template, **context)

    def _numbered(self, number: str) -> Printed:
        for one in self.printed():
            if str(one.article.number) == number:
                return one
        raise HTTPException(404)


def _reading_minutes(article: Article) -> int:
    return ceil(len(article.text.split()) / _WORDS_A_MINUTE)
