"""Networks in an article: which alias stands where, and what evidence an ambiguous one has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache

from news.languages.tokens import words
from news.names.catalogue import Network, network, networks
from news.names.cues import cues
from news.names.index import NameIndex, longest
from news.names.keys import key as key_of
from news.names.scan import TAKEN, Scan, endings, starts
from news.values import Source, Tag, TagKind


class Grade(IntEnum):
    """How far a name can be trusted by itself; where a network has a name twice, the better grade holds."""

    NAME = 0
    ACRONYM = 1
    MISPRINT = 2
    UNVERIFIED = 3
    AMBIGUOUS = 4
    DESCRIPTIVE = 5


#: Grades that need no evidence, with the rule they are tagged by.
_PLAIN = {
    Grade.NAME: "full-name",
    Grade.ACRONYM: "acronym",
    Grade.MISPRINT: "misprint",
    Grade.UNVERIFIED: "unverified-name",
}


@dataclass(frozen=True, slots=True)
class Alias:
    """A name of one network; ambiguous ones must be spelt with the same capitals."""

    network: str
    grade: Grade
    written: str


@dataclass(frozen=True, slots=True)
class Hit:
    """Words `start` up to `end` of a part that are a name of one or more networks."""

    scan: Scan
    start: int
    end: int
    aliases: tuple[Alias, ...]


def aliases_of(known: Network) -> Iterator[tuple[Grade, str]]:
    """Every name of a network with its grade."""
    yield Grade.NAME, known.name
    for name in known.former_names:
        yield Grade.NAME, name
    for names in known.aliases.values():
        for name in names:
            yield Grade.UNVERIFIED if name in known.unverified else Grade.NAME, name
    yield from ((Grade.ACRONYM, name) for name in known.acronyms)
    yield from ((Grade.MISPRINT, name) for name in known.misprints)
    yield from ((Grade.AMBIGUOUS, name) for name in known.ambiguous)
    yield from ((Grade.DESCRIPTIVE, name) for name in known.descriptive)


def _graded(known: Network) -> dict[str, Alias]:
    """Names by key; a name that is listed as ambiguous stays so even where it is the official one.

    But an ambiguous acronym with a word beside it is a full name: "C40 Cities", "Groupe C40".
    """
    acronyms = {tuple(words(name)) for name in known.ambiguous}
    found: dict[str, Alias] = {}
    for grade, name in sorted(
        aliases_of(known), key=lambda item: item[0] not in (Grade.AMBIGUOUS, Grade.DESCRIPTIVE)
    ):
        spelt = words(name)
        whole = grade is Grade.DESCRIPTIVE and len(spelt) > 1 and any((word,) in acronyms for word in spelt)
        found.setdefault(key_of(name), Alias(known.key, Grade.NAME if whole else grade, name))
    return found


@cache
def network_index() -> NameIndex[tuple[Alias, ...]]:
    """All names of all networks by key."""
    entries: dict[str, tuple[Alias, ...]] = {}
    for known in networks():
        for key, alias in _graded(known).items():
            entries[key] = (*entries.get(key, ()), alias)
    return NameIndex(entries)


def hits(scan: Scan, language: str) -> list[Hit]:
    """The longest network names of a part, left to right; their words are taken."""
    index, variants = network_index(), endings(language)
    found: list[Hit] = []
    at, count = 0, len(scan.stems)
    while at < count:
        best: tuple[int, str] | None = None
        for form in _openings(scan.stems[at], language):
            other = longest(index, scan.stems, at, count, variants, form)
            if other and (best is None or other[0] > best[0]):
                best = other
        if best is None:
            at += 1
            continue
        found.append(Hit(scan, at, best[0], index[best[1]]))
        at = best[0]
    return found


@lru_cache(maxsize=50_000)
def _openings(word: str, language: str) -> tuple[str, ...]:
    """The forms of a word, with and without its clitics, that begin the name of a network."""
    index, variants = network_index(), endings(language)
    forms = (word, *starts(word, language))
    return tuple(form for form in forms if index.begins(form) or any(v in index for v in variants(form)))


def network_tags(scans: Sequence[Scan], language: str, source: Source | None) -> list[Tag]:
    """Tags of the networks; what is rejected leaves its words for the cities."""
    found = [hit for scan in scans for hit in hits(scan, language)]
    vouched = {alias.network for hit in found for alias in hit.aliases if alias.grade in _PLAIN}
    publisher = source.network if source else None
    tags = []
    for hit in found:
        if (judged := _judge(hit, vouched, publisher, language)) is not None:
            hit.scan.take(hit.start, hit.end)
            tags.append(_tag(hit, *judged))
    if publisher:
        tags += [tag for scan in scans for tag in _deictics(scan, publisher, language)]
    return tags


def _tag(hit: Hit, key: str, rule: str) -> Tag:
    span = hit.scan.span(hit.start, hit.end)
    return Tag(kind=TagKind.NETWORK, key=key, alias=hit.scan.raw(hit.start, hit.end), span=span, rule=rule)


def _judge(hit: Hit, vouched: set[str], publisher: str | None, language: str) -> tuple[str, str] | None:
    """(network, rule) of a hit, or None where an ambiguous name has no evidence."""
    plain = [alias for alias in hit.aliases if alias.grade in _PLAIN]
    if plain:
        alias = min(plain, key=lambda alias: (alias.network not in vouched, alias.grade))
        return alias.network, _PLAIN[alias.grade]
    for alias in hit.aliases:
        if alias.network == publisher:
            return alias.network, "publisher"
    for alias in hit.aliases:
        if alias.network in vouched and _same_letters(alias, hit):
            return alias.network, "acronym-with-name" if alias.grade is Grade.AMBIGUOUS else "short-name"
    for alias in hit.aliases:
        if alias.grade is Grade.AMBIGUOUS and _same_letters(alias, hit) and _in_context(hit, language):
            return alias.network, "acronym-in-context"
    return None


def _same_letters(alias: Alias, hit: Hit) -> bool:
    raw = hit.scan.raw(hit.start, hit.end)
    spellings = (alias.written, network(alias.network).name)
    return alias.grade is Grade.DESCRIPTIVE or raw in spellings or not alias.written.isascii()


def _in_context(hit: Hit, language: str) -> bool:
    """Whether the sentence, the name itself aside, has a word of cities or networks."""
    context = cues(language).context | cues("en").context
    return any(
        word in context and not hit.start <= at < hit.end
        for at, word in hit.scan.words_of_sentence(hit.start)
    )


def _deictics(scan: Scan, publisher: str, language: str) -> Iterator[Tag]:
    """Where a network's own site speaks of itself without its name."""
    phrases = cues(language).this_network
    longest = max((len(phrase) for phrase in phrases), default=0)
    words = scan.words
    at = 0
    while at < len(words):
        length = next((n for n in range(longest, 0, -1) if _is_phrase(scan, words, at, n, phrases)), 0)
        if length:
            yield _tag(Hit(scan, at, at + length, ()), publisher, "publisher")
            scan.take(at, at + length)
        at += length or 1


def _is_phrase(
    scan: Scan, words: list[str], at: int, length: int, phrases: frozenset[tuple[str, ...]]
) -> bool:
    return tuple(words[at : at + length]) in phrases and TAKEN not in scan.stems[at : at + length]
