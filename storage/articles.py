"""Keeping articles: new, edited, met before at another address; all in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain

from sqlalchemy import bindparam, delete, func, update
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from news.languages.tokens import fold
from news.values import Article, Freshness, freshness
from storage import findings, indexing, register, reviewing, stories, tombstones
from storage.keys import bounded, row_key
from storage.prepared import Prepared, hash_of, prepare, prepared_for
from storage.rows import article_columns, claim_row, tag_columns, to_article
from storage.statements import Built, insert, insert_one, table_of
from storage.tables import AddressRow, ArticleRow, ClaimRow, EvidenceRow, MemberChangeRow, TagRow, VersionRow
from storage.turns import take_turns
from storage.twins import Twin, twins

_FIRST = col(ArticleRow.id)


class Saved(StrEnum):
    """What became of an article that was to be kept."""

    NEW = "new"
    #: known address, other words: the former ones are kept as a version
    UPDATED = "updated"
    #: the same text at another address of the site
    DUPLICATE = "duplicate"
    #: nothing changed
    KNOWN = "known"
    #: somebody said that it must not be kept: nothing was, and the id is 0
    FORGOTTEN = "forgotten"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What an article said before it was edited."""

    title: str
    text: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """How an article came: what its freshness is judged by."""

    now: datetime
    #: start of the source's last good crawl before this one; None for a first crawl or an ingest
    last_good_at: datetime | None = None
    #: whether the list that showed it overlapped what was known of the source
    overlapped: bool = False
    #: an article older than this never alerts
    max_age: timedelta = timedelta(days=30)
    #: false where a part of the article may be missing: such a reading never replaces a longer text
    whole: bool = True
    #: address under which its list's own text was kept until the page could be read
    listed_at: str = ""

    def freshness(self, article: Article) -> Freshness:
        """Whether the article is news."""
        return freshness(
            article.dated,
            last_good_at=self.last_good_at,
            overlapped=self.overlapped,
            now=self.now,
            max_age=self.max_age,
        )


def save(
    session: Session, article: Article, arrival: Arrival, prepared: Prepared | None = None
) -> tuple[Saved, int]:
    """Keep an article with its tags, claims, events and index entry; returns its id.

    The same text elsewhere on its site is an address of it, at another outlet an article of the same story. What was
    `prepared` elsewhere counts as long as it is of the article's words.
    """
    prepared = prepared_for(article, prepared)
    digest, keys = prepared.digest, _keys(article, arrival)
    take_turns(session, chain((digest, *keys), register.turns(article.claims), stories.turns(prepared.sketch)))
    known, listed = _by_address(session, article.url), _by_address(session, arrival.listed_at)
    if tombstones.refuses(session, keys, _unless_held(digest, known or listed)):
        return Saved.FORGOTTEN, 0
    if known is not None:
        return _revisit(session, known, article, prepared, arrival)
    if listed is not None and row_key(listed.url) == row_key(arrival.listed_at):
        _add_address(session, _id(listed), article)
        findings.offer(session, _id(listed), arrival.freshness(article), arrival.now)
        return _rewrite(session, listed, article, prepared, arrival)
    same = twins(session, digest)
    own = next((twin.article for twin in same if twin.is_at(article.source, article.url)), None)
    if own is not None:
        _add_address(session, own, article)
        return Saved.DUPLICATE, own
    return Saved.NEW, _insert(session, article, prepared, arrival, same)


def renew(session: Session, article_id: int, article: Article, arrival: Arrival) -> bool:
    """Take over the tags and claims of a new reading; False where they are what is kept, or the text is another.

    A claim that goes on waiting for a person stays as new as the article was when it came: a yes may still be news.
    """
    kept = load(session, article_id)
    if kept is None or (kept.title, kept.text) != (article.title, article.text):
        return False
    if _is_notice(session, article_id):
        return False
    if (kept.tags, kept.claims) == (article.tags, article.claims):
        return False
    take_turns(session, chain(_keys(kept, arrival), register.turns((*article.claims, *kept.claims))))
    came_as = _came_as(session, article_id)
    _replace_parts(session, article_id, article, prepare(article), arrival)
    if came_as is not None:
        waiting = (col(ClaimRow.article_id) == article_id, col(ClaimRow.event_id).is_(None))
        session.exec(update(ClaimRow).where(*waiting).values(freshness=came_as))
    return load(session, article_id) != kept


def _came_as(session: Session, article_id: int) -> str | None:
    """How new an article was when its claims were read first; None where it had none."""
    said = select(ClaimRow.freshness).where(ClaimRow.article_id == article_id, col(ClaimRow.freshness).is_not(None))
    return session.exec(said.limit(1)).first()


def reread(session: Session, article_id: int, article: Article, arrival: Arrival) -> bool:
    """Take over a new reading of an article's own pages; False where it says what is kept.

    Another title or text makes a version. What is not read off a page stays: its source, the moment of its fetch.
    """
    row, kept = session.get(ArticleRow, article_id), load(session, article_id)
    if _is_notice(session, article_id):
        return False
    if row is None or kept is None or (not arrival.whole and len(kept.text) > len(article.text)):
        return False
    article = replace(article, source=kept.source, fetched_at=kept.fetched_at)
    prepared = prepare(article)
    names = (prepared.digest, *_keys(article, arrival))
    take_turns(session, chain(names, register.turns(article.claims), stories.turns(prepared.sketch)))
    if tombstones.refuses(session, _keys(article, arrival), _unless_held(prepared.digest, row)):
        return False
    article = _readdressed(session, row, article)
    if (kept.title, kept.text) != (article.title, article.text):
        _rewrite(session, row, article, prepared, arrival)
        return True
    if article == kept:
        return False
    row.sqlmodel_update(article_columns(article))
    row.sorted_at = article.dated.moment if article.dated else row.first_seen_at
    _replace_parts(session, article_id, article, prepared, arrival)
    return load(session, article_id) != kept


def announce(session: Session, article: Article, arrival: Arrival, mark: str) -> int:
    """Keep what Jarchi itself says of a page, a notice; returns its id.

    It bears the address of the page; its own key is that with the `mark`, so that no visit of the page meets it.
    """
    take_turns(session, register.turns(article.claims))
    return _insert(session, article, prepare(article), arrival, mark=f"#{mark}")


def revise(
    session: Session,
    article_id: int,
    article: Article,
    arrival: Arrival,
    prepared: Prepared | None = None,
    *,
    moved: bool = False,
) -> tuple[Saved, Article] | None:
    """Take over what an article's own page says now, under the address it has now where it `moved` there.

    Another title or text makes a version. Its source and its date stay: an edit is no publication. Returns the
    article as it is kept then; None where it is gone from the archive.
    """
    row, kept = session.get(ArticleRow, article_id), load(session, article_id)
    if row is None or kept is None:
        return None
    article = replace(article, source=kept.source, dated=kept.dated or article.dated)
    article = article if moved else replace(article, url=kept.url)
    prepared = prepared_for(article, prepared)
    turns = (*article.claims, *kept.claims)
    names = (prepared.digest, *_keys(article, arrival))
    take_turns(session, chain(names, register.turns(turns), stories.turns(prepared.sketch)))
    if tombstones.refuses(session, _keys(article, arrival), _unless_held(prepared.digest, row)):
        return None
    if moved:
        article = _readdressed(session, row, article)
        _move(session, row, article.url)
    same_words = row.text_hash == prepared.digest and fold(row.title) == fold(article.title)
    if same_words or (not arrival.whole and len(row.text) > len(article.text)):
        return Saved.KNOWN, replace(kept, url=article.url)
    _rewrite(session, row, article, prepared, arrival)
    return Saved.UPDATED, article


def _move(session: Session, row: ArticleRow, address: str) -> None:
    """Give an article another of its addresses as its own; its kept pages go with it."""
    pages = update(EvidenceRow).where(
        col(EvidenceRow.article_id) == row.id, col(EvidenceRow.key) == row_key(row.url)
    )
    session.exec(pages.values(key=row_key(address)))
    row.url = address
    session.add(row)
    session.flush()


def after(
    session: Session, article_id: int, *, since: datetime | None = None, source: str | None = None, limit: int = 100
) -> tuple[int, ...]:
    """The next ids behind one, in order: of articles published, or first seen, since a moment."""
    query = select(ArticleRow.id).where(col(ArticleRow.id) > article_id).order_by(_FIRST).limit(limit)
    query = query.where(col(ArticleRow.sorted_at) >= since) if since else query
    found = session.exec(query.where(ArticleRow.source == source) if source else query)
    return tuple(number for number in found if number is not None)


def text_hash(article: Article) -> str:
    """SHA-256 of the folded text, with the title where the text is short."""
    return hash_of(article.title, article.text)


def load(session: Session, article_id: int) -> Article | None:
    """One article with its tags and claims."""
    row = session.get(ArticleRow, article_id)
    return _with_parts(session, row) if row else None


def addresses(session: Session, article_id: int) -> tuple[str, ...]:
    """Every address the article was found at, its own one first."""
    row = session.get(ArticleRow, article_id)
    own = row_key(row.url) if row and row.url else ""
    found = session.exec(select(AddressRow).where(AddressRow.article_id == article_id)).all()
    return tuple(
        address.url for address in sorted(found, key=lambda address: (address.key != own, address.key))
    )


def versions(session: Session, article_id: int) -> tuple[Version, ...]:
    """What the article said before, oldest first."""
    rows = session.exec(
        select(VersionRow).where(VersionRow.article_id == article_id).order_by(col(VersionRow.id))
    )
    return tuple(Version(title=row.title, text=row.text, fetched_at=row.fetched_at) for row in rows)


def count(session: Session) -> int:
    """How many articles the archive holds."""
    return session.exec(select(func.count()).select_from(ArticleRow)).one()


def load_many(session: Session, ids: Iterable[int]) -> Iterator[tuple[int, Article]]:
    """(id, article) in the order of `ids`; unknown ids are left out."""
    for article_id in ids:
        article = load(session, article_id)
        if article is not None:
            yield article_id, article


def _keys(article: Article, arrival: Arrival) -> tuple[str, ...]:
    return tuple({row_key(address) for address in (article.url, arrival.listed_at) if address})


def _unless_held(digest: str, row: ArticleRow | None) -> str | None:
    """A text, unless an article holds it: a copy that was left when another was forgotten may be met again."""
    return None if row is not None and row.text_hash == digest else digest


def _by_address(session: Session, url: str) -> ArticleRow | None:
    if not url:
        return None
    session.flush()
    found: int | None = _OWNER.value(session, key_=row_key(url))
    return None if found is None else session.get(ArticleRow, found)


def _revisit(
    session: Session, row: ArticleRow, article: Article, prepared: Prepared, arrival: Arrival
) -> tuple[Saved, int]:
    same_words = row.text_hash == prepared.digest and fold(row.title) == fold(article.title)
    if same_words or row_key(row.url) != row_key(article.url):
        return Saved.KNOWN, _id(row)
    if article.fetched_at < row.fetched_at:
        return Saved.KNOWN, _id(row)  # an older capture, out of a WARC file for instance
    if not arrival.whole and len(row.text) > len(article.text):
        return Saved.KNOWN, _id(row)
    return _rewrite(session, row, article, prepared, arrival)


def _readdressed(session: Session, row: ArticleRow, article: Article) -> Article:
    """The reading under an address that is the article's own: a new one is noted, another article's is left to it."""
    if not article.url or row_key(article.url) == row_key(row.url):
        return article
    owner = _by_address(session, article.url)
    if owner is None:
        _add_address(session, _id(row), article)
        return article
    return article if owner.id == row.id else replace(article, url=row.url)


def _rewrite(
    session: Session, row: ArticleRow, article: Article, prepared: Prepared, arrival: Arrival
) -> tuple[Saved, int]:
    session.add(VersionRow(article_id=_id(row), title=row.title, text=row.text, fetched_at=row.fetched_at))
    row.sqlmodel_update({**article_columns(article), "text_hash": prepared.digest, "versions": row.versions + 1})
    row.sorted_at = article.dated.moment if article.dated else row.first_seen_at
    _replace_parts(session, _id(row), article, prepared, arrival)
    stories.tell(session, _id(row), article, prepared, twins(session, prepared.digest))
    return Saved.UPDATED, _id(row)


def _insert(
    session: Session,
    article: Article,
    prepared: Prepared,
    arrival: Arrival,
    same: Sequence[Twin] = (),
    *,
    mark: str = "",
) -> int:
    row = {
        **article_columns(article), "first_seen_at": arrival.now, "text_hash": prepared.digest, "versions": 1,
        "sorted_at": article.dated.moment if article.dated else arrival.now,
    }  # fmt: skip
    number = insert_one(session, _ARTICLE, row)
    _add_address(session, number, article, mark)
    _add_parts(session, number, article, prepared, arrival)
    if not mark:  # a notice is no article of its source
        findings.offer(session, number, arrival.freshness(article), arrival.now)
        stories.tell(session, number, article, prepared, same)
    return number


def _add_address(session: Session, article_id: int, article: Article, mark: str = "") -> None:
    if article.url:
        key = bounded(row_key(article.url) + mark)
        row = {"key": key, "url": article.url, "source": article.source, "article_id": article_id}
        insert(session, _ADDRESS, [row])


def _is_notice(session: Session, article_id: int) -> bool:
    """Whether an article is our own notice about a list of members: no reader's rule reads it anew."""
    query = select(MemberChangeRow.position).where(MemberChangeRow.article_id == article_id)
    return session.exec(query.limit(1)).first() is not None


def _replace_parts(
    session: Session, article_id: int, article: Article, prepared: Prepared, arrival: Arrival
) -> None:
    shaken = register.events_of(session, article_id)
    session.exec(delete(TagRow).where(col(TagRow.article_id) == article_id))
    session.exec(delete(ClaimRow).where(col(ClaimRow.article_id) == article_id))
    indexing.remove(session, article_id)
    _add_parts(session, article_id, article, prepared, arrival)
    register.settle(session, shaken)


def _add_parts(
    session: Session, article_id: int, article: Article, prepared: Prepared, arrival: Arrival
) -> None:
    if tags := [tag_columns(article_id, position, tag) for position, tag in enumerate(article.tags)]:
        insert(session, _TAG, tags)  # there are many, and nobody changes one
    if claims := [claim_row(article_id, position, claim) for position, claim in enumerate(article.claims)]:
        session.add_all(claims)
        session.flush()
        register.record(session, article, reviewing.apply(session, claims), arrival.freshness(article))
    indexing.add(session, article_id, prepared.entry)


def _with_parts(session: Session, row: ArticleRow) -> Article:
    tags = session.exec(
        select(TagRow).where(TagRow.article_id == row.id).order_by(col(TagRow.position))
    ).all()
    claims = session.exec(
        select(ClaimRow).where(ClaimRow.article_id == row.id).order_by(col(ClaimRow.position))
    ).all()
    return to_article(row, tags, claims)


def _id(row: ArticleRow) -> int:
    assert row.id is not None
    return row.id


# Built once: every page of every crawl passes here, and to build them takes longer than to run them.
_ARTICLE, _ADDRESS, _TAG = table_of(ArticleRow), table_of(AddressRow), table_of(TagRow)
_OWNER = Built(core_select(_ADDRESS.c.article_id).where(_ADDRESS.c.key == bindparam("key_")))
