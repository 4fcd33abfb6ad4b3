"""The log of requests that the sites keep, so that a caller can see what a crawl asked for."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Self

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from samples.newsroom import Newsroom


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRequest:
    """One answered request."""

    site: str
    #: With the query string.
    path: str
    status: int
    if_none_match: str | None
    if_modified_since: str | None
    at: datetime

    def as_json(self) -> dict[str, Any]:
        """Its fields, with the moment in ISO 8601."""
        return asdict(self) | {"at": self.at.isoformat()}

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Self:
        """The inverse of `as_json`."""
        return cls(**fields | {"at": datetime.fromisoformat(fields["at"])})


class Journal:
    """An ASGI middleware for each site, all writing into one list in the order of arrival."""

    def __init__(self, newsroom: Newsroom) -> None:
        self.entries: list[LoggedRequest] = []
        self._newsroom = newsroom

    def watch(self, site: str, app: ASGIApp) -> ASGIApp:
        """The same app, each of its answers noted under the site's key."""

        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            place = len(self.entries)
            self.entries.append(self._entry(site, scope))

            async def note(message: Message) -> None:
                if message["type"] == "http.response.start":
                    self.entries[place] = replace(self.entries[place], status=message["status"])
                await send(message)

            await app(scope, receive, note)

        return watched

    def _entry(self, site: str, scope: Scope) -> LoggedRequest:
        headers = Headers(scope=scope)
        query = scope["query_string"].decode("latin-1")
        return LoggedRequest(
            site=site,
            path=scope["raw_path"].decode("latin-1") + (f"?{query}" if query else ""),
            status=0,
            if_none_match=headers.get("if-none-match"),
            if_modified_since=headers.get("if-modified-since"),
            at=self._newsroom.now(),
        )
