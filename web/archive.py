"""What every route needs at hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from alerts.wording import words
from news.values import Source
from storage.engine import Store
from web.showing import Show

FOLDER = Path(__file__).parent
#: Control characters, and the marks that embed, override or isolate: pages isolate other people's words themselves.
_TURNING = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Archive:
    """The database, the sources by key, and the templates that show them."""

    store: Store
    sources: Mapping[str, Source]
    #: where the feeds of the alert rules lie; None where there are none
    feeds_folder: Path | None
    templates: Environment

    @property
    def kinds(self) -> dict[str, str]:
        """The kind of each source."""
        return {key: source.kind.value for key, source in self.sources.items()}

    def page(self, template: str, status: int = 200, **values: object) -> HTMLResponse:
        """A rendered template; everything put into it is escaped."""
        return HTMLResponse(self.templates.get_template(template).render(**values), status_code=status)


def _calm(value: object) -> object:
    """Text without control characters and without what turns the direction of the words around it."""
    return _TURNING.sub("", value) if type(value) is str else value


def open_archive(
    store: Store, sources: Mapping[str, Source], feeds_folder: Path | None, *, staff_pages: bool
) -> Archive:
    """Make the templates ready; they lead to the staff's pages where there are some."""
    templates = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_calm,
    )
    english = words("en")
    templates.globals.update(show=Show(sources), staff_pages=staff_pages, spoken=english, say=english.say)
    return Archive(store, sources, feeds_folder, templates)
