"""WordPress's REST interface: the only road that shows back-dated and edited posts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urljoin

from crawler.roads.bodies import whole_text
from crawler.roads.common import lead, moment, stated_date
from news.values import Lead, Provenance, Road, Source

PAGE_SIZE = 50
_MOMENT = "%Y-%m-%dT%H:%M:%SZ"
_FIELDS = "link,title,date_gmt,modified_gmt,content.rendered,content.protected,excerpt.rendered"


def posts_address(
    root: str, *, page: int = 1, modified_after: datetime | None = None, after: datetime | None = None
) -> str:
    """The address of one page of posts, last modified first; of those published `after` a moment, last published first.

    Moments are written in UTC with their Z: without it WordPress reads site-local time.
    """
    order = "modified" if after is None else "date"
    query: dict[str, str | int] = {"per_page": PAGE_SIZE, "page": page, "orderby": order, "order": "desc"}
    query["_fields"] = _FIELDS
    if modified_after is not None:
        query["modified_after"] = modified_after.astimezone(UTC).strftime(_MOMENT)
    if after is not None:
        query["after"] = after.astimezone(UTC).strftime(_MOMENT)
    return urljoin(root, "wp/v2/posts") + "?" + urlencode(query)


def pages_in_all(header: bytes | None) -> int:
    """What `X-WP-TotalPages` says; 0 where it says nothing."""
    text = (header or b"").decode("latin-1").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def post_leads(body: bytes, base: str, source: Source) -> Iterator[Lead]:
    """The posts of one page; raises ValueError where the body is no list of posts."""
    try:
        posts = json.loads(body)
    except RecursionError as error:
        raise ValueError("JSON nested without end") from error
    if not isinstance(posts, list):
        raise ValueError("not a list of posts")  # noqa: TRY004 (an answer that cannot be read, not a wrong call)
    for post in posts:
        found = _lead(post, base, source) if isinstance(post, dict) else None
        if found is not None:
            yield found


def _lead(post: dict[str, Any], base: str, source: Source) -> Lead | None:
    if _part(post, "content", "protected"):
        return None
    address, title = str(post.get("link") or ""), _rendered(post, "title")
    return lead(
        address, base, source, Road.REST, title=title,
        dated=stated_date(_utc(post.get("date_gmt")), source, Provenance.REST),
        modified_at=moment(_utc(post.get("modified_gmt")), source),
        body=whole_text(
            _rendered(post, "content"), summary=_rendered(post, "excerpt"), title=title, address=address
        ),
    )


def _rendered(post: dict[str, Any], name: str) -> str:
    text = _part(post, name, "rendered")
    return text if isinstance(text, str) else ""


def _part(post: dict[str, Any], name: str, part: str) -> Any:
    value = post.get(name)
    return value.get(part) if isinstance(value, dict) else None


def _utc(text: Any) -> str | None:
    """`date_gmt` has no Z of its own; a draft's is all zeros."""
    return f"{text}Z" if isinstance(text, str) and text and not text.startswith("0000") else None
