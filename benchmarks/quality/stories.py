"""The stories gate: a rewrite is found as its story, and different stories of one site stay apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.quality.measures import Outcome, share
from benchmarks.quality.newsrooms.making import Different, Rewrite, Told, different, rewrites
from benchmarks.quality.specimens import NOW
from benchmarks.quality.texts import LANGUAGES
from news.values import Article, Language
from storage import articles, stories
from storage.engine import Store
from storage.schema import open_store


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    name: str
    one: int
    other: int


def measure(made: Sequence[Rewrite] | None = None, unlike: Sequence[Different] | None = None) -> Outcome:
    """Keep both of every pair in an archive as crawls would, and ask it for their stories."""
    made = tuple(rewrites()) if made is None else made
    unlike = tuple(different()) if unlike is None else unlike
    with TemporaryDirectory(prefix="stories-") as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'archive.db'}")
        try:
            return _measured(store, made, unlike)
        finally:
            store.close()


def _measured(store: Store, made: Sequence[Rewrite], unlike: Sequence[Different]) -> Outcome:
    keep = _keeper(store)
    pairs = [
        _Pair(
            name=f"rewrite {item.language} {number}, {item.changed:.0%} changed",
            one=keep(item.original, item.language, f"first-{item.language}"),
            other=keep(item.rewritten, item.language, f"second-{item.language}"),
        )
        for number, item in enumerate(made)
    ]
    # half of them on one site of each language, the others each on a site of which nothing else is known
    apart = [
        _Pair(
            name=f"{item.kind} {item.language} {number}",
            one=keep(item.one, item.language, site := f"site-{item.language}{number if number % 2 else ''}"),
            other=keep(item.other, item.language, site),
        )
        for number, item in enumerate(unlike)
    ]
    found = [_are_one(store, pair) for pair in pairs]
    merged = [_are_one(store, pair) for pair in apart]
    by_language = {
        f"stories.found.{language}": share(
            [hit for hit, item in zip(found, made, strict=True) if item.language == language]
        )
        for language in LANGUAGES
        if any(item.language == language for item in made)
    }
    return Outcome(
        shares={
            "stories.found.all": share(found),
            **by_language,
            "stories.apart": share([not hit for hit in merged]),
        },
        items=len(pairs) + len(apart),
        faults=[
            *(f"not found: {pair.name}" for pair, hit in zip(pairs, found, strict=True) if not hit),
            *(f"merged: {pair.name}" for pair, hit in zip(apart, merged, strict=True) if hit),
        ],
        notes=[
            f"{len(pairs)} rewrites, {share([item.changed for item in made]):.3f} of their words changed on average, "
            f"{max((item.changed for item in made), default=0):.3f} at most; {len(apart)} pairs of different stories"
        ],
    )


def _keeper(store: Store) -> Callable[[Told, str, str], int]:
    numbers = iter(range(1, 1_000_000))

    def keep(told: Told, language: str, source: str) -> int:
        article = Article(
            url=f"https://{source}.example/news/{next(numbers)}", source=source, title=told.title, text=told.text,
            language=Language(code=language, confidence=1.0), fetched_at=NOW,
        )  # fmt: skip
        with store.writing() as session:
            return articles.save(session, article, articles.Arrival(now=NOW))[1]

    return keep


def _are_one(store: Store, pair: _Pair) -> bool:
    if pair.one == pair.other:
        return True  # kept as one article
    with store.reading() as session:
        return pair.other in {teller.article for teller in stories.tellers(session, pair.one)}
