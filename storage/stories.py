"""Stories: articles that tell the same, in other words or copied; one leads, every other stays findable."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from urllib.parse import urlsplit

from sqlalchemy import and_, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from news.errors import NotFound, UsageError
from news.languages.tokens import fold
from news.values import Article
from storage import nearby, nearness, retellings, translations
from storage.keys import row_key
from storage.nearby import Entrant, Near
from storage.nearness import Sketch
from storage.prepared import Prepared
from storage.statements import Built, put, table_of
from storage.storytables import OutletRow, StoryArticleRow, StoryDecisionRow, StoryRow
from storage.tables import ArticleRow, MemberChangeRow
from storage.turns import take_turns
from storage.twins import Twin, twins

#: What all take turns for who change stories, until they commit: the last that they wait for.
_TURN = "stories"
_LONGEST_NAME = 200
#: Articles of a merge that each of the others is said to be one story with.
_KNOTS = 8
#: Ids in one question.
_AT_ONCE = 500


class Verdict(StrEnum):
    """What a person said of two articles."""

    SAME = "same"
    APART = "apart"


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """An article of a story."""

    article: int
    #: 0 leads
    place: int
    url: str
    source: str
    title: str
    language: str
    published_at: datetime | None
    #: with the article by which it came into the story; None for the first, and where a person said so
    likeness: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """That a person said of two articles whether they tell one story."""

    one: int
    other: int
    verdict: Verdict
    decided_by: str
    decided_at: datetime


def tell(
    session: Session, article_id: int, article: Article, prepared: Prepared, same: Iterable[Twin] = ()
) -> None:
    """Find the story of an article that is new, or was edited, and note its versions in other languages.

    Its story is that of those that hold the `same` text, that are near it, or that announce the same membership.
    """
    if article.alternates:
        translations.note(session, article_id, article.alternates)
    entrant = Entrant(
        article=article_id, source=article.source, text=article.text, digest=prepared.digest, sketch=prepared.sketch
    )  # fmt: skip
    near = _akin(session, entrant, same, is_claiming=bool(article.claims))
    if near:
        _turn(session)  # two that are near a third, and not near each other, would both begin its story
    former = _story_of(session, article_id)
    if not near and former is None and not _decided(session, article_id):
        return
    if not near:
        _turn(session)
        former = _story_of(session, article_id)
    if former is not None:
        _leave(session, article_id, former)
    _join(session, article_id, near, article.fetched_at)


def turns(sketch: Sketch | None) -> Iterator[str]:
    """What a writer of a text takes turns for: two copies that come at once must see each other.

    Texts that are not near each other share no band, and their writers do not wait for one another.
    """
    yield from (f"band {key}" for key in (sketch.keys if sketch else ()))


def leave(session: Session, article_id: int) -> None:
    """Take an article out of its story and of the comparison."""
    nearby.remove(session, article_id)
    _turn(session)
    former = _story_of(session, article_id)
    if former is not None:
        _leave(session, article_id, former)


def know(session: Session, source: str, names: Iterable[str]) -> None:
    """Note the names by which copies call a source."""
    folded = {fold(name)[:_LONGEST_NAME] for name in names}
    if rows := [{"name": name, "source": source} for name in sorted(folded) if name]:
        put(session, table_of(OutletRow), rows)


def tellers(session: Session, article_id: int) -> tuple[Teller, ...]:
    """All articles of an article's story, the leading one first; nothing where it is the only one."""
    story = _story_of(session, article_id)
    if story is None:
        return ()
    rows = session.execute(
        select(StoryArticleRow, ArticleRow)
        .join(ArticleRow, col(ArticleRow.id) == col(StoryArticleRow.article_id))
        .where(col(StoryArticleRow.story_id) == story)
        .order_by(col(StoryArticleRow.place))
    )
    return tuple(
        Teller(
            article=one.article_id, place=one.place, url=article.url, source=article.source, title=article.title,
            language=article.language, published_at=article.published_at, likeness=one.likeness,
        )
        for one, article in rows
    )  # fmt: skip


def sizes(session: Session, ids: Iterable[int]) -> dict[int, int]:
    """How many articles tell the story of each of these; those that are alone are left out."""
    wanted, all_of = aliased(StoryArticleRow), aliased(StoryArticleRow)
    query = (
        select(col(wanted.article_id), func.count())
        .join(all_of, col(all_of.story_id) == col(wanted.story_id))
        .where(col(wanted.article_id).in_(list(ids)))
        .group_by(col(wanted.article_id))
    )
    return {row[0]: row[1] for row in session.execute(query)}


def merge(session: Session, ids: Sequence[int], *, by: str, now: datetime) -> int:
    """Make articles, with the stories that they have, one story, whatever a comparison says; returns its id.

    What was said to be apart, and is named together here, is so no more.
    """
    named = _known(session, ids)
    if len(named) < 2:
        raise UsageError("a story is merged of two articles or more")
    _turn(session)
    stories = {story for one in named if (story := _story_of(session, one)) is not None}
    everyone = list(
        dict.fromkeys((*named, *(one for story in sorted(stories) for one in _members(session, story))))
    )
    apart = _apart_among(session, everyone)
    inside = set(named)
    joined = {(one, other) for one, other in apart if one in inside and other in inside}
    _decide(session, [*joined, *_links(everyone, apart - joined)], Verdict.SAME, by, now)
    return _unite(session, everyone, sorted(stories), now)


def split(session: Session, article_id: int, *, by: str, now: datetime) -> int:
    """Take an article out of its story for good; returns how many articles the story had beside it."""
    (one,) = _known(session, [article_id])
    _turn(session)
    story = _story_of(session, one)
    if story is None:
        raise UsageError(f"article {article_id} is in no story with others")
    others = [other for other in _members(session, story) if other != one]
    _decide(session, [(one, other) for other in others], Verdict.APART, by, now)
    _leave(session, one, story)
    return len(others)


def decisions(session: Session) -> tuple[Decision, ...]:
    """What was decided by hand, newest first."""
    rows = session.scalars(select(StoryDecisionRow).order_by(col(StoryDecisionRow.decided_at).desc()))
    return tuple(
        Decision(
            one=row.one_id, other=row.other_id, verdict=Verdict(row.verdict), decided_by=row.decided_by,
            decided_at=row.decided_at,
        )
        for row in rows
    )  # fmt: skip


def count(session: Session) -> int:
    """How many stories are told by several articles."""
    return session.scalars(select(func.count()).select_from(StoryRow)).one()


def compare(session: Session, after: int, limit: int) -> tuple[int, int] | None:
    """Find the stories of the next articles behind an id anew: the last id, and how many they are; None behind the last.

    Jarchi's own notices are no articles of a source.
    """
    notices = select(col(MemberChangeRow.article_id))
    query = select(col(ArticleRow.id), col(ArticleRow.url), col(ArticleRow.text_hash)).where(
        col(ArticleRow.id) > after, col(ArticleRow.id).not_in(notices)
    )
    known = session.execute(query.order_by(col(ArticleRow.id)).limit(limit)).all()
    if not known:
        return None
    ids = [one for one, _, _ in known]
    # nobody edits or forgets one of them from here on, or takes it out of the window
    take_turns(session, [name for _, url, digest in known for name in (row_key(url), digest) if name])
    nearby.hold(session, ids)
    _turn(session)
    rows = session.scalars(select(ArticleRow).where(col(ArticleRow.id).in_(ids)).order_by(col(ArticleRow.id)))
    for row in rows.all():
        near = _akin(session, _entrant(row), twins(session, row.text_hash), is_claiming=True)
        _join(session, _id(row), near, row.fetched_at)
    return ids[-1], len(ids)


def _entrant(row: ArticleRow) -> Entrant:
    return Entrant(
        article=_id(row), source=row.source, text=row.text, digest=row.text_hash, sketch=nearness.sketch(row.text)
    )  # fmt: skip


def _id(row: ArticleRow) -> int:
    assert row.id is not None
    return row.id


def _akin(session: Session, one: Entrant, same: Iterable[Twin], *, is_claiming: bool) -> tuple[Near, ...]:
    """What tells the story of an article, nearest first; of its copies the first leads to the others."""
    found = {twin.article: 1.0 for twin in same if twin.article != one.article}
    near = [*nearby.enter(session, one), *(retellings.of(session, one) if is_claiming else ())]
    for other in near:
        found.setdefault(other.article, other.likeness)
    return tuple(
        Near(article=article, likeness=likeness)
        for article, likeness in sorted(found.items(), key=lambda item: (-item[1], item[0]))
    )


def _turn(session: Session) -> None:
    """Wait for all who change stories; a row that is locked after this may be held by one of them."""
    session.flush()
    take_turns(session, (_TURN,))


def _join(session: Session, article_id: int, near: Sequence[Near], now: datetime) -> None:
    """Into the stories of what is near and of what a person named with it; they become one where nothing forbids."""
    near = _still_there(session, near)
    apart = _partners(session, article_id, Verdict.APART)
    told = _partners(session, article_id, Verdict.SAME)
    joined = [article_id]
    best: float | None = None
    nearest = {one.article for one in near}
    for other, likeness in (
        *((one, None) for one in sorted(told)),
        *((one.article, one.likeness) for one in near),
    ):
        if other in apart:
            continue
        if other in joined:
            best = likeness if best is None else best
            continue
        story = _story_of(session, other)
        group = _members(session, story) if story is not None else [other]
        if likeness is not None and not _may_unite(session, joined, group, nearest):
            continue
        joined = list(dict.fromkeys((*joined, *group)))
        best = likeness if best is None else best
    if len(joined) == 1:
        return
    stories = {story for one in joined if (story := _story_of(session, one)) is not None}
    _unite(session, joined, sorted(stories), now, likeness={article_id: best})


def _still_there(session: Session, near: Sequence[Near]) -> list[Near]:
    """Without those that were forgotten while one waited for its turn."""
    if not near:
        return []
    query = select(col(ArticleRow.id)).where(col(ArticleRow.id).in_([one.article for one in near]))
    there = set(session.scalars(query))
    return [one for one in near if one.article in there]


def _may_unite(session: Session, ones: Sequence[int], others: Sequence[int], near: set[int]) -> bool:
    """Whether nobody said that one of these and one of those are apart, and no two of one site meet by way of a third.

    The first of `ones` was compared with what is `near`. A site's notices of one form are near a copy elsewhere, and
    of themselves told apart.
    """
    new = [other for other in others if other not in ones]
    query = select(col(StoryDecisionRow.one_id)).where(
        col(StoryDecisionRow.verdict) == Verdict.APART.value,
        or_(
            and_(col(StoryDecisionRow.one_id).in_(ones), col(StoryDecisionRow.other_id).in_(new)),
            and_(col(StoryDecisionRow.one_id).in_(new), col(StoryDecisionRow.other_id).in_(ones)),
        ),
    )
    if session.execute(query.limit(1)).first() is not None:
        return False
    known = select(col(ArticleRow.id), col(ArticleRow.source)).where(col(ArticleRow.id).in_([*ones, *new]))
    sources = {row[0]: row[1] for row in session.execute(known)}
    own, *gathered = ones
    strangers = {sources[other] for other in new if other not in near}
    return sources[own] not in strangers and not {sources[one] for one in gathered} & {
        sources[one] for one in new
    }


def _unite(
    session: Session,
    ids: Iterable[int],
    stories: Sequence[int],
    now: datetime,
    *,
    likeness: dict[int, float | None] | None = None,
) -> int:
    """One story of articles and of stories, the oldest of which goes on."""
    story = min(stories) if stories else _found_story(session, now)
    for other in set(stories) - {story}:
        session.execute(
            update(StoryArticleRow).where(col(StoryArticleRow.story_id) == other).values(story_id=story)
        )
        session.execute(delete(StoryRow).where(col(StoryRow.id) == other))
    inside = set(_members(session, story))
    rows = [
        {"article_id": article, "story_id": story, "place": 0, "likeness": (likeness or {}).get(article)}
        for article in ids
        if article not in inside
    ]
    if rows:
        session.execute(_MEMBER.insert(), rows)
    _order(session, story)
    return story


def _found_story(session: Session, now: datetime) -> int:
    row = StoryRow(made_at=now.astimezone(UTC))
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def _leave(session: Session, article_id: int, story: int) -> None:
    """Out of a story, which ends where one article is left."""
    session.execute(delete(StoryArticleRow).where(col(StoryArticleRow.article_id) == article_id))
    if len(_members(session, story)) > 1:
        _order(session, story)
        return
    session.execute(delete(StoryArticleRow).where(col(StoryArticleRow.story_id) == story))
    session.execute(delete(StoryRow).where(col(StoryRow.id) == story))


def _order(session: Session, story: int) -> None:
    """The stated original source leads, else who published first."""
    rows = session.execute(_TELLERS, {"story_": story}).all()
    origins = {fold(name) for row in rows for name in (row.original_source, row.agency) if name}
    named = _sources_called(session, origins)
    hosts = {host for row in rows if (host := _host(row.original_source))}

    def is_origin(source: str, url: str) -> bool:
        return source in named or fold(source) in origins or _host(url) in hosts

    ordered = sorted(
        rows, key=lambda row: (not is_origin(row.source, row.url), row.sorted_at, row.article_id)
    )
    for place, row in enumerate(ordered):
        if row.place != place:
            session.execute(_PLACE, {"article_": row.article_id, "place_": place})


def _sources_called(session: Session, names: set[str]) -> set[str]:
    if not names:
        return set()
    query = select(col(OutletRow.source)).where(col(OutletRow.name).in_(sorted(names)))
    return set(session.scalars(query))


def _host(written: str | None) -> str:
    """The host of an address, or a host written alone; empty where it is none."""
    text = (written or "").strip().lower()
    if not text or " " in text or "." not in text:
        return ""
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:  # brackets of a name, or letters that no host has
        return ""
    return host.removeprefix("www.")


def _story_of(session: Session, article_id: int) -> int | None:
    found: int | None = _STORY.value(session, article_=article_id)
    return found


def _members(session: Session, story: int) -> list[int]:
    return list(session.scalars(_MEMBERS, {"story_": story}))


def _decided(session: Session, article_id: int) -> bool:
    return bool(_partners(session, article_id, Verdict.SAME))


def _partners(session: Session, article_id: int, verdict: Verdict) -> set[int]:
    rows = _PARTNERS.rows(session, article_=article_id, verdict_=verdict.value)
    return {other if one == article_id else one for one, other in rows}


def _apart_among(session: Session, ids: Sequence[int]) -> set[tuple[int, int]]:
    """Pairs of these, the lower id first, that a person said are apart."""
    inside = set(ids)
    query = select(_DECISION.c.one_id, _DECISION.c.other_id).where(_DECISION.c.verdict == Verdict.APART.value)
    found: set[tuple[int, int]] = set()
    for start in range(0, len(ids), _AT_ONCE):
        rows = session.execute(query.where(_DECISION.c.one_id.in_(ids[start : start + _AT_ONCE])))
        found |= {(one, other) for one, other in rows if other in inside}
    return found


def _links(ids: Sequence[int], apart: Collection[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Every pair of a few; of many each article with the first few and the one before it.

    So the others hang together when some are forgotten or split off. One that was said to be apart from all of these
    hangs on any other before it.
    """
    for at, one in enumerate(ids[1:], 1):
        near = (*ids[: min(at, _KNOTS)], ids[at - 1])
        found = [other for other in dict.fromkeys(near) if _ordered(one, other) not in apart]
        found = found or [other for other in ids[:at] if _ordered(one, other) not in apart][:1]
        yield from ((one, other) for other in found)


def _ordered(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def _decide(
    session: Session, pairs: Iterable[tuple[int, int]], verdict: Verdict, by: str, now: datetime
) -> None:
    said = {"verdict": verdict.value, "decided_by": by, "decided_at": now.astimezone(UTC)}
    rows = [
        {"one_id": low, "other_id": high, **said} for low, high in sorted({_ordered(*pair) for pair in pairs})
    ]
    if rows:
        put(session, table_of(StoryDecisionRow), rows)


def _known(session: Session, ids: Iterable[int]) -> list[int]:
    wanted = list(dict.fromkeys(ids))
    query = select(col(ArticleRow.id)).where(col(ArticleRow.id).in_(wanted))
    known = set(session.scalars(query))
    for one in wanted:
        if one not in known:
            raise NotFound(f"no article has the id {one}")
    return wanted


# Built once, as in `storage.articles`.
_MEMBER, _ARTICLE, _DECISION = table_of(StoryArticleRow), table_of(ArticleRow), table_of(StoryDecisionRow)
_STORY = Built(select(_MEMBER.c.story_id).where(_MEMBER.c.article_id == bindparam("article_")))
_MEMBERS = (
    select(_MEMBER.c.article_id).where(_MEMBER.c.story_id == bindparam("story_")).order_by(_MEMBER.c.place)
)
_TELLERS = (
    select(
        _MEMBER.c.article_id, _MEMBER.c.place, _ARTICLE.c.source, _ARTICLE.c.url, _ARTICLE.c.original_source,
        _ARTICLE.c.agency, _ARTICLE.c.sorted_at,
    )
    .join(_ARTICLE, _ARTICLE.c.id == _MEMBER.c.article_id)
    .where(_MEMBER.c.story_id == bindparam("story_"))
)  # fmt: skip
_PLACE = (
    update(_MEMBER).where(_MEMBER.c.article_id == bindparam("article_")).values(place=bindparam("place_"))
)
_PARTNERS = Built(
    select(_DECISION.c.one_id, _DECISION.c.other_id).where(
        _DECISION.c.verdict == bindparam("verdict_"),
        or_(_DECISION.c.one_id == bindparam("article_"), _DECISION.c.other_id == bindparam("article_")),
    )
)
