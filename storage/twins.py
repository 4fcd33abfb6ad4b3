"""Articles whose text is the same: of one site they are one article, of several outlets copies of each other."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlmodel import Session

from news.addresses import same_site
from storage.statements import Built, table_of
from storage.tables import ArticleRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """An article that holds a text."""

    article: int
    source: str
    #: empty for one that was read from a file
    url: str

    def is_at(self, source: str, url: str) -> bool:
        """Whether the site of an address is its own: the same source, or the same host for two of them."""
        return self.source == source or bool(self.url and url and same_site(self.url, url))


def twins(session: Session, digest: str) -> tuple[Twin, ...]:
    """The articles that hold a text, by its `storage.prepared.hash_of`; the one that was kept first is first."""
    rows = _TWINS.rows(session, text_hash_=digest)
    return tuple(Twin(article=article, source=source, url=url) for article, source, url in rows)


# Built once, as in `storage.articles`.
_ARTICLE = table_of(ArticleRow).c
_TWINS = Built(
    select(_ARTICLE.id, _ARTICLE.source, _ARTICLE.url)
    .where(_ARTICLE.text_hash == bindparam("text_hash_"))
    .order_by(_ARTICLE.id)
)
