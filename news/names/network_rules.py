"""Networks in an article: which alias stands where, and what evidence an ambiguous one has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

from news.languages.tokens import words
from news.names.catalogue import Network, network, networks
from news.names.cues import cues
from news.names.index import NameIndex, Remembered, longest
from news.names.keys import key as key_of
from news.names.scan import TAKEN, Scan, endings, light, starts
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


#: Words between the name of a network and that of its section: "the Africa section of UCLG".
_SECTION_GAP = 4
#: Languages in which names bend within, so that they are compared by their light stems too.
_BENDING = frozenset({"en", "fr", "es", "it", "pt", "de"})
#: A vouching acronym of fewer letters must stand alone and in capitals: "WHO".
_SHORT_HOST = 4
#: Scripts that part no words.
_FIRST_HAN = "\u3040"


@cache
def _light_index() -> NameIndex[tuple[Alias, ...]]:
    """Names of two words and more by their light stems, those of one network only."""
    entries: dict[str, dict[str, Alias]] = {}
    for known in networks():
        for alias in _graded(known).values():
            spelt = words(alias.written)
            if len(spelt) > 1 and alias.grade not in (Grade.ACRONYM, Grade.AMBIGUOUS):
                entries.setdefault("".join(light(key_of(word)) for word in spelt), {}).setdefault(
                    alias.network, alias
                )
    return NameIndex({key: tuple(found.values()) for key, found in entries.items() if len(found) == 1})


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
    possible = _possible_starts(scan.stems, language)
    if not possible:
        return []
    found: list[Hit] = []
    lights = list(map(light, scan.stems)) if language in _BENDING else []
    behind = 0
    for at in possible:
        if at >= behind and (hit := _hit(scan, at, lights, language)):
            found.append(hit)
            behind = hit.end
    return found


def _possible_starts(stems: Sequence[str], language: str) -> list[int]:
    """The places of the words that begin a name, together with the first letters of the next word."""
    openings, pairs = map(_openings(language).__getitem__, stems), _pairs(language)
    return [
        at
        for at, (opening, stem, following) in enumerate(
            zip(openings, stems, [*stems[1:], TAKEN], strict=False)
        )
        if opening is not None and (opening.whole or pairs[f"{stem} {following[:3]}"])
    ]


def _hit(scan: Scan, at: int, lights: Sequence[str], language: str) -> Hit | None:
    """The longest name at a word."""
    index, variants, count = network_index(), endings(language), len(scan.stems)
    opening = _openings(language)[scan.stems[at]]
    assert opening is not None
    best: tuple[int, str] | None = None
    for form in opening.forms:
        other = longest(index, scan.stems, at, count, variants, form)
        if other and (best is None or other[0] > best[0]):
            best = other
    bent = _bent(lights, at, count) if opening.light is not None else None
    if bent and (best is None or bent[0] > best[0]):
        return Hit(scan, at, bent[0], _light_index()[bent[1]])
    return Hit(scan, at, best[0], index[best[1]]) if best else None


def _bent(lights: Sequence[str], at: int, count: int) -> tuple[int, str] | None:
    """(end, key) of the longest name at a word in another number, case or gender."""
    return longest(_light_index(), lights, at, count, _unchanged, lights[at])


def _unchanged(_word: str) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class _Opening:
    """A word that begins the name of a network."""

    #: with and without its clitics, those that begin one
    forms: tuple[str, ...]
    #: one of them is a name by itself
    whole: bool
    #: its light stem, where that begins a name in another number, case or gender
    light: str | None


@cache
def _openings(language: str) -> Remembered[_Opening | None]:
    """What the words of a language begin; None for those that begin no name."""
    index, lights, variants = network_index(), _light_index(), endings(language)

    def is_name(form: str) -> bool:
        return form in index or any(one in index for one in variants(form))

    def find(word: str) -> _Opening | None:
        forms = [form for form in (word, *starts(word, language)) if not index.is_far_from(form)]
        named = {form: name for form in forms if (name := is_name(form)) or index.begins(form)}
        bends = language in _BENDING and not lights.is_far_from(word) and lights.begins(light(word))
        if not (named or bends):
            return None
        return _Opening(tuple(named), any(named.values()), light(word) if bends else None)

    return Remembered(find)


@cache
def _pairs(language: str) -> Remembered[bool]:
    """Whether a word is the name of a network, or begins one together with the first letters of the next word."""
    openings, begins, begins_lightly = _openings(language), network_index().begins, _light_index().begins

    def find(pair: str) -> bool:
        word, _, following = pair.partition(" ")
        opening = openings[word]
        if opening is None:
            return False
        if opening.whole or any(begins(form + following) for form in opening.forms):
            return True
        return opening.light is not None and begins_lightly(opening.light + following[:2])

    return Remembered(find)


def network_tags(scans: Sequence[Scan], language: str, source: Source | None) -> tuple[list[Tag], list[Tag]]:
    """Tags of the networks, and those that count where the article names a city; these leave their words to the cities."""
    found = [hit for scan in scans for hit in hits(scan, language)]
    vouched = {alias.network for hit in found for alias in hit.aliases if alias.grade in _PLAIN}
    vouched |= _vouched_by_hosts(scans, found)
    publisher = source.network if source else None
    tags, waiting = [], []
    for hit in found:
        if (judged := _judge(hit, vouched, publisher, language)) is not None:
            hit.scan.take(hit.start, hit.end)
            tags.append(_tag(hit, *_section(hit, *judged)))
        elif (alias := _near_city(hit)) is not None:
            waiting.append(_tag(hit, alias.network, "acronym-near-city"))
    if publisher:
        tags += [tag for scan in scans for tag in _deictics(scan, publisher, language)]
    return tags, waiting


def _near_city(hit: Hit) -> Alias | None:
    """The name of a hit that means little else than its network, letter for letter."""
    return next(
        (
            one
            for one in hit.aliases
            if one.written in network(one.network).near_city and _same_letters(one, hit)
        ),
        None,
    )


def _vouched_by_hosts(scans: Sequence[Scan], found: Sequence[Hit]) -> set[str]:
    """The networks whose descriptive phrases count, as their host is named."""
    asked = {alias.network for hit in found for alias in hit.aliases if alias.grade is Grade.DESCRIPTIVE}
    return {key for key in asked if any(_names_host(scan, key) for scan in scans)}


def _names_host(scan: Scan, key: str) -> bool:
    whole = "".join(scan.words)
    return any(found(scan.text) if acronym else folded in whole for folded, acronym, found in _hosts(key))


@cache
def _hosts(key: str) -> tuple[tuple[str, bool, Callable[[str], re.Match[str] | None]], ...]:
    """Folded name, whether it is an acronym that is also a word, and what finds such a one as it is written."""
    return tuple(
        (
            "".join(words(name)),
            name.isupper() and len(name) < _SHORT_HOST,
            re.compile(rf"(?<!\w){re.escape(name)}(?!\w)").search,
        )
        for name in network(key).vouched_by
    )


def _section(hit: Hit, key: str, rule: str) -> tuple[str, str]:
    """The section that is meant where its region stands right before or behind the name of the whole."""
    for section, regions in _sections().get(key, ()):
        start = max(0, hit.start - _SECTION_GAP - max(length for _, length in regions))
        before = "".join(hit.scan.words[start : hit.start])
        for region, length in regions:
            behind = "".join(hit.scan.words[hit.end : hit.end + length + 1])
            at = before.rfind(region)
            gap = before[at + len(region) :]
            if region in behind or (at >= 0 and len(gap) <= _SECTION_GAP * _SECTION_GAP):
                return (section, "section") if _same_sentence(hit, region) else (key, rule)
    return key, rule


def _same_sentence(hit: Hit, region: str) -> bool:
    return region in "".join(word for _, word in hit.scan.words_of_sentence(hit.start))


@cache
def _sections() -> dict[str, tuple[tuple[str, tuple[tuple[str, int], ...]], ...]]:
    """By parent: (section, its regions as (folded words run together, how many))."""
    found: dict[str, tuple[tuple[str, tuple[tuple[str, int], ...]], ...]] = {}
    for known in networks():
        if known.parent and known.regions:
            regions = tuple(("".join(words(name)), len(words(name))) for name in known.regions)
            found[known.parent] = (*found.get(known.parent, ()), (known.key, regions))
    return found


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
    """Whether an acronym has its capitals, and another short name that of its first letter."""
    raw = hit.scan.raw(hit.start, hit.end)
    known = network(alias.network)
    spellings = (alias.written, known.name, *known.ambiguous)
    if alias.grade is Grade.DESCRIPTIVE or raw in spellings:
        return True
    return not alias.written.isascii() and raw[0].isupper() == alias.written[0].isupper()


def _in_context(hit: Hit, language: str) -> bool:
    """Whether the sentence, the name itself aside, has a word of cities or networks."""
    context, within = cues(language).context | cues("en").context, cues(language).context_within
    around = [word for at, word in hit.scan.words_of_sentence(hit.start) if not hit.start <= at < hit.end]
    if any(word in context for word in around):
        return True
    parted = around and around[0] < _FIRST_HAN
    return any(part in word for part in within for word in (around if parted else ["".join(around)]))


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
    scan: Scan, words: Sequence[str], at: int, length: int, phrases: frozenset[tuple[str, ...]]
) -> bool:
    phrase = tuple(words[at : at + length])
    return len(phrase) == length and phrase in phrases and TAKEN not in scan.stems[at : at + length]
