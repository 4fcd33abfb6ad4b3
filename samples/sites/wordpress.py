"""The part of WordPress's REST interface that serves posts."""

import html
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from math import ceil
from typing import Any, Self
from urllib.parse import quote

from starlette.responses import JSONResponse

from samples.newsroom import Printed

_PER_PAGE = 10
_MOST_PER_PAGE = 100
#: A post here is never edited, so both dates are the same.
_ORDERS = ("date", "modified", "id")


class QueryError(ValueError):
    """A query that WordPress answers with 400."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    def response(self) -> JSONResponse:
        """The error as WordPress words it."""
        body = {"code": self.code, "message": str(self), "data": {"status": 400}}
        return JSONResponse(body, status_code=400)


@dataclass(frozen=True, slots=True)
class Collection:
    """One page of what a query finds."""

    printed: tuple[Printed, ...]
    total: int
    pages: int

    @classmethod
    def of(cls, query: Mapping[str, str], printed: tuple[Printed, ...], zone: tzinfo) -> Self:
        """Filter, order and cut; a page past the end is a `QueryError`, unless it is the first."""
        page, size = _number(query, "page", 1), _number(query, "per_page", _PER_PAGE, _MOST_PER_PAGE)
        found = _ordered(query, [one for one in printed if _within(query, one.moment, zone)])
        pages = ceil(len(found) / size)
        if page > max(pages, 1):
            raise QueryError(
                "rest_post_invalid_page_number",
                "The page number requested is larger than the number of pages available.",
            )
        return cls(tuple(found[(page - 1) * size : page * size]), len(found), pages)


def item(printed: Printed, link: str, zone: tzinfo) -> dict[str, Any]:
    """A post as JSON: the local dates have no offset and the others no Z."""
    article = printed.article
    local, world = (_bare(printed.moment, to) for to in (zone, None))
    body = "\n".join(f"<p>{html.escape(text)}</p>" for text in (article.lead, *article.paragraphs))
    return {
        "id": article.number,
        "date": local,
        "date_gmt": world,
        "guid": {"rendered": f"http://old.strongcities.example/?p={article.number}"},
        "modified": local,
        "modified_gmt": world,
        "slug": quote(article.slug).lower(),
        "status": "publish",
        "type": "post",
        "link": link,
        "title": {"rendered": html.escape(article.title)},
        "content": {"rendered": body, "protected": False},
        "excerpt": {"rendered": f"<p>{html.escape(article.lead)}</p>", "protected": False},
    }


def _bare(moment: datetime, zone: tzinfo | None) -> str:
    local = moment.astimezone(zone) if zone else moment
    return local.replace(tzinfo=None).isoformat()


def _number(query: Mapping[str, str], name: str, default: int, most: int | None = None) -> int:
    text = query.get(name, str(default))
    if not text.isdecimal() or not 1 <= int(text) <= (most or int(text)):
        raise QueryError("rest_invalid_param", f"Invalid parameter(s): {name}")
    return int(text)


def _within(query: Mapping[str, str], moment: datetime, zone: tzinfo) -> bool:
    starts = [_moment(query[name], name, zone) for name in ("after", "modified_after") if name in query]
    ends = [_moment(query[name], name, zone) for name in ("before", "modified_before") if name in query]
    return all(start < moment for start in starts) and all(moment < end for end in ends)


def _moment(text: str, name: str, zone: tzinfo) -> datetime:
    """Without an offset the site's own time is meant."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise QueryError("rest_invalid_param", f"Invalid parameter(s): {name}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _ordered(query: Mapping[str, str], printed: list[Printed]) -> list[Printed]:
    if query.get("orderby", "date") not in _ORDERS or query.get("order", "desc") not in ("asc", "desc"):
        raise QueryError("rest_invalid_param", "Invalid parameter(s): orderby, order")
    by_id = query.get("orderby") == "id"
    return sorted(
        printed,
        key=lambda one: one.article.number if by_id else one.moment.timestamp(),
        reverse=query.get("order", "desc") == "desc",
    )
