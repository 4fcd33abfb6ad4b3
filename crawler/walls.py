"""Bot walls: pages that stand before a site and ask who comes to prove that it is no machine."""

from __future__ import annotations

from dataclasses import replace

from scrapy.http import HtmlResponse, Response

from crawler.answers import page_of
from crawler.house import Facilities
from crawler.roads.common import OverlongList
from news.values import NotArticle, Refusal

#: The cause that a wall is counted under.
WALL = Refusal.CHALLENGE.value
#: Bytes of a wall; a page of text is larger.
_LONGEST = 200_000
#: What a wall is served as.
_STATUSES = (200, 202, 401, 403, 405, 406, 429, 503)
#: How the answers begin that are plainly something else than a list.
_BINARY = (b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"%PDF", b"PK\x03\x04", b"RIFF", b"\x00\x00\x01\x00")


async def is_wall(response: Response, facilities: Facilities) -> bool:
    """Whether an answer is a wall, with whatever status."""
    if response.headers.get("cf-mitigated") == b"challenge":
        return True
    if response.status not in _STATUSES or not _is_html(response) or len(response.body) > _LONGEST:
        return False
    now = facilities.clock()
    # read as a page that came: of a failure the reader looks at the status alone
    page = replace(page_of(response, response.url, now), status=200)
    found = (await facilities.readers.read(page, None, None, now)).outcome
    return isinstance(found, NotArticle) and found.refusal is Refusal.CHALLENGE


async def why_unreadable(response: Response, error: ValueError, facilities: Facilities) -> str:
    """The cause for which an answer is no list."""
    if isinstance(error, OverlongList):
        return "too-large"
    if response.status == 202 or await is_wall(response, facilities):
        return WALL
    return "wrong-type" if _is_html(response) or response.body.startswith(_BINARY) else "unreadable"


def _is_html(response: Response) -> bool:
    return isinstance(response, HtmlResponse) or response.body[:500].lstrip().lower().startswith(
        (b"<!doctype html", b"<html")
    )
