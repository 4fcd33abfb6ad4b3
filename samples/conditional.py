"""Answers that carry validators, and 304 where the asker has them already."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256

from starlette.responses import Response


def answer(
    asked: Mapping[str, str], body: str, media_type: str, modified: datetime | None = None
) -> Response:
    """The body with an ETag and, where a moment is given, a Last-Modified; or 304 without the body."""
    content = body.encode()
    headers = {"ETag": f'"{sha256(content).hexdigest()[:24]}"'}
    if modified:
        headers["Last-Modified"] = format_datetime(modified.astimezone(UTC), usegmt=True)
    if _has_it(asked, headers["ETag"], modified):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=f"{media_type}; charset=utf-8")


def _has_it(asked: Mapping[str, str], etag: str, modified: datetime | None) -> bool:
    """An If-None-Match decides alone; a date is looked at only without one."""
    if tags := asked.get("if-none-match"):
        known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return bool(known & {etag, "*"})
    since = _moment(asked.get("if-modified-since", ""))
    return bool(modified and since and modified <= since)


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
