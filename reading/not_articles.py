"""Telling pages that say why they are none from articles: challenges, logins, errors, searches, maintenance.

Which titles and marks tell them is data (`data/not_articles.toml`); in doubt a page is an article.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from lxml.html import HtmlElement
from pydantic import BaseModel, ConfigDict

from news.languages.tokens import fold
from news.values import Refusal
from reading.densest import Seen
from reading.markup import select
from reading.metadata import Metadata
from reading.titles import title_parts

#: Lines of a page that are looked at.
_LINES = 40


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    refusal: Refusal
    limit: int
    titles: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    needs: str = ""
    says: tuple[str, ...] = ()
    lines: int = 0


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: tuple[_Entry, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of page, its titles folded."""

    refusal: Refusal
    #: characters of running text from which a page is none of this kind
    limit: int
    titles: frozenset[str]
    starts: tuple[str, ...]
    marks: str
    needs: str
    says: tuple[str, ...]
    #: lines that such a page has at most, headings and links not counted; 0 where that does not tell it
    lines: int

    def is_page(self, tree: HtmlElement, titles: Sequence[str], lines: Sequence[str]) -> bool:
        """Whether a page with these folded titles and lines is of this kind."""
        if self.lines and len(lines) > self.lines:
            return False
        if self.says and not any(line.startswith(self.says) for line in lines):
            return False
        if self.says and not self.titles and not self.starts:
            return True
        if self.marks and select(tree, self.marks):
            return True
        named = any(title in self.titles for title in titles)
        begun = any(title.startswith(self.starts) for title in titles) if self.starts else False
        return (named or begun) and not (self.needs and not select(tree, self.needs))


def why_none(tree: HtmlElement, meta: Metadata, seen: Seen) -> Refusal | None:
    """Why a page is no article; None where it may be one."""
    if meta.says_article:
        return None
    titles = [_numbered(title) for title in (meta.heading, *title_parts(meta.page_title))]
    lines = [fold(line.text) for line in seen.outline.lines if not line.link][:_LINES]
    for kind in kinds():
        if seen.dense.size < kind.limit and kind.is_page(tree, titles, lines):
            return kind.refusal
    return None


@cache
def kinds() -> tuple[Kind, ...]:
    """The kinds of the data file, in its order."""
    text = (files("reading") / "data" / "not_articles.toml").read_text(encoding="utf-8")
    return tuple(map(_compiled, _Data.model_validate(tomllib.loads(text)).kind))


def _compiled(entry: _Entry) -> Kind:
    return Kind(
        refusal=entry.refusal,
        limit=entry.limit,
        titles=frozenset(map(_numbered, entry.titles)),
        starts=tuple(map(fold, entry.starts)),
        marks=", ".join(entry.marks),
        needs=entry.needs,
        says=tuple(map(fold, entry.says)),
        lines=entry.lines,
    )


def _numbered(title: str) -> str:
    """The folded title with all its statuses of failure alike."""
    return re.sub(r"\b[45]\d\d\b", "0", fold(title.replace("#", " 0 ")))
