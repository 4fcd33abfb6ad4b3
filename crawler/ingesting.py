"""Articles out of WARC files: any page of them takes the road of a fetched one, and never alerts."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlmodel import Session

from crawler.evidence.members import Break
from crawler.evidence.opening import Passed, Recorded, fingerprint, records
from crawler.house import Facilities
from crawler.whole import in_order, named, read_whole
from news.addresses import address_key, canonical, is_web_address
from news.values import Article, NotArticle, Source
from storage import articles, evidence
from storage.articles import Arrival, Saved
from storage.claimed import under_its_own

#: Articles read side by side, for each reader: one is read while others wait for the database.
_AHEAD = 3
#: Bytes after which progress is noted although no article was found.
_NOTE_EVERY = 2**24
#: Records that name or ask for pages, and are none.
_SILENT = ("warcinfo", "request", "metadata")


@dataclass(slots=True)
class Taken:
    """What was found in a file, by outcome; the numbers include those of an interrupted ingest before."""

    file: str
    size: int
    #: bytes behind which every record is settled
    offset: int = 0
    pages: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    not_article: Counter[str] = field(default_factory=Counter)
    #: records that hold no page, by cause
    passed: Counter[str] = field(default_factory=Counter)
    #: why the file could not be read whole; what was read of it is kept
    broken: list[str] = field(default_factory=list)
    #: whether an earlier ingest had finished it
    known_file: bool = False

    def counts(self) -> dict[str, Any]:
        """For the database and for scripts."""
        return {
            "pages": self.pages,
            **{saved.value: self.outcomes[saved.value] for saved in Saved},
            "not_article": self.not_article.total(),
            "not_article_causes": dict(self.not_article),
            "passed": dict(self.passed),
            "broken": list(self.broken),
        }

    def as_object(self) -> dict[str, Any]:
        """The file's object of `jarchi ingest --json`."""
        return {"file": self.file, "bytes": self.size, "known_file": self.known_file, **self.counts()}

    def resume(self, offset: int, counts: Mapping[str, Any]) -> None:
        """Go on where an earlier ingest ended."""
        self.offset, self.pages = offset, counts["pages"]
        self.outcomes.update({saved.value: counts[saved.value] for saved in Saved})
        self.not_article.update(counts["not_article_causes"])
        self.passed.update(counts["passed"])
        self.broken.extend(counts["broken"])


Progress = Callable[[Taken], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """An article's pages, in their order, or what else lies in the file up to `end`."""

    pages: tuple[Recorded, ...] = ()
    passed: Passed | None = None
    broken: Break | None = None
    #: where the next one begins; 0 where nothing can be opened by its place
    end: int = 0


class Ingest:
    """Takes files in, one after the other, each in its own order; an interrupted one is gone on with."""

    def __init__(
        self,
        facilities: Facilities,
        sources: Iterable[Source],
        *,
        source: Source | None = None,
        again: bool = False,
    ) -> None:
        """`source` is that of every page, else each page's host tells; `again` reads finished files once more."""
        self._facilities, self._again, self._one = facilities, again, source
        self._by_key = {each.key: each for each in sources}
        self._by_host = {host: each for each in self._by_key.values() for host in _hosts(each)}

    async def take(self, path: Path, progress: Progress | None = None) -> Taken:
        """Every article of a file, named by its whole path; raises OSError where it cannot be read at all."""
        mark, size = await asyncio.to_thread(fingerprint, path)
        taken = Taken(file=str(path), size=size)
        known = await self._facilities.write(lambda session: evidence.ingested(session, mark))
        if known is not None and not self._again:
            taken.resume(known.offset, known.counts)
            taken.known_file = known.finished_at is not None
        if not taken.known_file:
            await self._take(path, mark, taken, progress or (lambda _: None))
        return taken

    async def _take(self, path: Path, mark: str, taken: Taken, progress: Progress) -> None:
        noted, groups = taken.offset, _groups(records(path, taken.offset))
        at_once = _AHEAD * self._facilities.settings.readers
        async for group, outcome in in_order(groups, self._read, at_once=at_once):
            self._count(taken, group, outcome)
            taken.offset = max(taken.offset, group.end)
            if isinstance(outcome, Article):
                await self._keep(path, mark, taken, group, outcome)
                noted = taken.offset
            elif taken.offset - noted >= _NOTE_EVERY:
                await self._facilities.write(lambda session: self._note(session, mark, taken))
                noted = taken.offset
            progress(taken)
        await self._facilities.write(lambda session: self._note(session, mark, taken, finished=True))

    async def _read(self, group: _Group) -> Article | NotArticle | None:
        if not group.pages:
            return None
        first = group.pages[0]
        source = self._source_of(first)
        pages = [recorded.page for recorded in group.pages]
        outcome = await read_whole(
            self._facilities.readers, pages, source, first.lead, self._facilities.clock()
        )
        if isinstance(outcome, Article) and first.lead is not None:
            return named(outcome, first.lead.source)
        return outcome

    def _source_of(self, recorded: Recorded) -> Source | None:
        if self._one is not None:
            return self._one
        if recorded.lead is not None and recorded.lead.source in self._by_key:
            return self._by_key[recorded.lead.source]
        return self._by_host.get(_host(recorded.page.final_address))

    async def _keep(self, path: Path, mark: str, taken: Taken, group: _Group, article: Article) -> None:
        saved = await self._facilities.write(
            lambda session: self._save(session, path, mark, taken, group, article)
        )
        taken.outcomes[saved.value] += 1

    def _save(
        self, session: Session, path: Path, mark: str, taken: Taken, group: _Group, article: Article
    ) -> Saved:
        # as of the capture: an undated page of 2019 is no newest news, and no last crawl makes it silent
        first = group.pages[0]
        lead = first.lead.address if first.lead is not None else first.page.address
        found = first.page.final_address
        fetched = canonical(found) if is_web_address(found) else ""
        article = under_its_own(session, article, fetched=fetched, lead=lead)
        saved, number = articles.save(session, article, Arrival(now=article.fetched_at))
        can_open = all(recorded.size for recorded in group.pages)
        stays = saved is not Saved.FORGOTTEN and (saved is not Saved.KNOWN or evidence.lacks(session, number, article))
        if can_open and stays:
            name = self._name(path)
            evidence.attach(session, number, article, [recorded.pointer(name) for recorded in group.pages])
        counts = taken.counts()
        counts[saved.value] += 1
        self._note(session, mark, taken, counts=counts)
        return saved

    def _name(self, path: Path) -> str:
        """Relative in the folder of evidence, which may move as a whole."""
        folder = self._facilities.settings.evidence_folder
        return path.name if path.parent == folder else str(path)

    def _note(
        self,
        session: Session,
        mark: str,
        taken: Taken,
        *,
        finished: bool = False,
        counts: dict[str, Any] | None = None,
    ) -> None:
        evidence.note_ingest(
            session,
            mark,
            taken.file,
            self._facilities.clock(),
            offset=taken.offset,
            counts=counts or taken.counts(),
            finished=finished,
        )

    @staticmethod
    def _count(taken: Taken, group: _Group, outcome: Article | NotArticle | None) -> None:
        if group.broken is not None:
            taken.broken.append(f"at byte {group.broken.start}: {group.broken.reason}")
        if group.passed is not None and group.passed.why not in _SILENT:
            taken.passed[group.passed.why] += 1
        taken.pages += len(group.pages)
        if isinstance(outcome, NotArticle):
            taken.not_article[outcome.refusal.value] += 1


def _groups(found: Iterator[Recorded | Passed | Break]) -> Iterator[_Group]:
    """Pages that one article goes on over, side by side in files of ours, together."""
    held: list[Recorded] = []
    for item in itertools.chain(found, (None,)):
        if isinstance(item, Recorded) and held and item.first == held[0].page.address:
            held.append(item)
            continue
        if held:
            yield _Group(pages=tuple(held), end=held[-1].start + held[-1].size if held[-1].size else 0)
            held = []
        if isinstance(item, Recorded) and item.holds:
            yield _Group(passed=Passed(why=item.holds, end=item.start + item.size if item.size else 0))
        elif isinstance(item, Recorded):
            held = [item]
        elif isinstance(item, Passed):
            yield _Group(passed=item, end=item.end)
        elif isinstance(item, Break):
            yield _Group(broken=item)


def _hosts(source: Source) -> Iterator[str]:
    """The hosts of a source's own addresses."""
    roads = (*source.feeds, *source.sitemaps, *(road.url for road in source.lists))
    for address in filter(None, (source.home, source.wordpress, *roads)):
        if is_web_address(address):
            yield _host(address)


def _host(address: str) -> str:
    return address_key(address).partition("/")[0] if is_web_address(address) else urlsplit(address).netloc
