"""What a form on one of our pages sends."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

#: Bytes; the longest of our forms is a note of a few lines.
_LONGEST_FORM = 32_768
_LONGEST_VALUE = 2_000
_TOO_LARGE = 413


async def _read(request: Request) -> dict[str, str]:
    """The fields, the last of each name, without what no database holds; a body of another kind has none."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_FORM:
            raise HTTPException(_TOO_LARGE)
    pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=None)
    return {name: _clean(value) for name, value in pairs}


Form = Annotated[dict[str, str], Depends(_read)]


def _clean(value: str) -> str:
    kept = value.replace("\0", "").encode("utf-8", "ignore").decode()
    return kept.strip()[:_LONGEST_VALUE]
