"""In which language the pages behind a letter are: in the letter's own."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi.responses import HTMLResponse

from alerts.wording import Words, words
from storage import rules
from web.archive import Archive


def spoken_by(archive: Archive, names: Iterable[str]) -> Words:
    """The words of the first of these rules that there is still; English where there is none."""
    with archive.store.reading() as session:
        found = next((rule for name in names if (rule := rules.rule(session, name))), None)
    return words(found.manner.letters if found else "en")


def page_in(
    spoken: Words, archive: Archive, template: str, status: int = 200, **values: object
) -> HTMLResponse:
    """A rendered template in that language."""
    return archive.page(template, status, spoken=spoken, say=spoken.say, **values)
