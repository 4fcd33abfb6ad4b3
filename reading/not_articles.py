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
from reading.markup import select
from reading.metadata import Metadata
from reading.titles import title_parts


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    refusal: Refusal
    limit: int
    titles: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    needs: str = ""


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

    def is_page(self, tree: HtmlElement, titles: Sequence[str]) -> bool:
        """Whether a page with these folded titles is of this kind."""
        if self.marks and select(tree, self.marks):
            return True
        named = any(title in self.titles for title in titles)
        begun = any(title.startswith(self.starts) for title in titles) if self.starts else False
        return (named or begun) and not (self.needs and not select(tree, self.needs))


def why_none(tree: HtmlElement, meta: Metadata, running: int) -> Refusal | None:
    """Why a page with so many characters of running text is no article; None where it may be one."""
    if meta.says_article:
        return None
    titles = [_numbered(title) for title in (meta.heading, *title_parts(meta.page_title))]
    for kind in kinds():
        if running < kind.limit and kind.is_page(tree, titles):
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
    )


def _numbered(title: str) -> str:
    """The folded title with all its statuses of failure alike."""
    return re.sub(r"\b[45]\d\d\b", "0", fold(title.replace("#", " 0 ")))
