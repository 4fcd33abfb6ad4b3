"""The address that a page claims for itself (`rel=canonical`), believed only where it can be the article's own."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import bindparam, delete, update
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from news.languages.likeness import shares
from news.values import Article
from storage.keys import row_key
from storage.statements import Built, table_of
from storage.tables import AddressRow, ArticleRow, EvidenceRow, LeadRow, LookRow

#: From this share of runs of words on, two texts at two addresses are one article: series share their formulas.
_SAME = 0.5


def under_its_own(session: Session, article: Article, *, fetched: str, lead: str) -> Article:
    """The article under its own address: the claimed one, or the `fetched` one where that stands for another text.

    A template may claim one address on every page. The first article that was kept under it gets the address of the
    `lead` that led to it, as soon as a second one claims the same.
    """
    claimed = row_key(article.url) if article.url else ""
    if not fetched or not claimed:
        return article
    number: int | None = _OWNER.value(session, key_=claimed)
    owner = session.get(ArticleRow, number) if number is not None else None
    if owner is None or owner.id is None:
        return article
    look = session.get(LookRow, owner.id)
    if look is not None and look.lead == row_key(lead):
        return replace(article, url=owner.url)  # the article itself, read again
    if shares(owner.text, article.text)[0] >= _SAME:
        return article
    if claimed == row_key(fetched):
        if not _was_fetched_at(session, owner.id, claimed) and _give_back(session, owner, look):
            # who claimed it came before the page that stands there
            session.exec(delete(AddressRow).where(col(AddressRow.key) == claimed))
            session.flush()
        return article
    if row_key(owner.url) == claimed:
        _give_back(session, owner, look)
    return replace(article, url=fetched)


def _was_fetched_at(session: Session, article_id: int, key: str) -> bool:
    """Whether a page of an article came from an address, by the records that are kept of its pages."""
    pages = session.exec(select(EvidenceRow.address).where(EvidenceRow.article_id == article_id))
    return key in map(row_key, pages)


def _give_back(session: Session, owner: ArticleRow, look: LookRow | None) -> bool:
    """Let an article have the address at which it was fetched; the claimed one still leads to it.

    False where that is not known, or is taken.
    """
    lead = session.get(LeadRow, (owner.source, look.lead)) if look is not None and look.lead else None
    if lead is None or owner.id is None or session.get(AddressRow, row_key(lead.address)) is not None:
        return False
    before, key = row_key(owner.url), row_key(lead.address)
    owner.url = lead.address
    session.add(owner)
    session.add(AddressRow(key=key, url=lead.address, source=owner.source, article_id=owner.id))
    pages = update(EvidenceRow).where(col(EvidenceRow.article_id) == owner.id, col(EvidenceRow.key) == before)
    session.exec(pages.values(key=key))
    session.flush()
    return True


_ADDRESS = table_of(AddressRow)
_OWNER = Built(core_select(_ADDRESS.c.article_id).where(_ADDRESS.c.key == bindparam("key_")))
