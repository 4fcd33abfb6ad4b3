"""Cities in an article: candidates by name, the evidence each needs, and which of several cities is meant."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

from news.languages.folding import fold_word
from news.names.catalogue import countries, place, read_data
from news.names.cues import Cues, cues, site_names
from news.names.index import NameIndex
from news.names.keys import key as key_of
from news.names.scan import TAKEN, Scan, endings, starts
from news.values import Part, Source, Tag, TagKind

#: Languages that have hand-kept names of their own; the others share the English ones.
_OWN_NAMES = frozenset({"fa", "ar", "tr", "fr", "ru"})
#: Scripts without capitals are told by their range; elsewhere a city begins with a capital.
_CASELESS = re.compile("[\u0590-\u08ff\u3040-\u9fff]")
_TANWIN = re.compile("\u064b")
_SHADDA = "\u0651"
_SEPARATORS = re.compile(r"^[\s,،;؛/&()\d«»\"“”'’\-–—]*$")
_ADJACENT = re.compile(r"^[\s,،(\-–—]*$")
#: Cities of this size are known by other names too.
_LARGE = 300_000
#: A city is accepted over its namesakes when it leads by this much.
_LEAD = 0.7


@dataclass(frozen=True, slots=True)
class Name:
    """What the gazetteer knows of a name: S safe, N normal, A ambiguous; the cities, an alternate marked `~`."""

    grade: str
    ids: tuple[str, ...] = ()
    safe_in: frozenset[str] = frozenset()
    #: spellings with hamza and marks, for names of up to four letters
    strict: frozenset[str] = frozenset()
    country: str | None = None

    def grade_in(self, language: str) -> str:
        """The grade in one language: the hand-kept names of that language are safe."""
        own = language if language in _OWN_NAMES else "en"
        return "S" if own in self.safe_in else self.grade


@dataclass(slots=True)
class Candidate:
    """A name of a city, not yet accepted."""

    scan: Scan
    start: int
    end: int
    key: str
    name: Name
    rule: str | None = None
    city: str | None = None


@dataclass(slots=True)
class Document:
    """What the rules may know of the article around a candidate."""

    language: str
    source: Source | None
    cues: Cues
    candidates: list[Candidate] = field(default_factory=list)
    #: (scan, start, end, ISO code) of the countries named
    countries: list[tuple[Scan, int, int, str]] = field(default_factory=list)
    parts: dict[str, set[Part]] = field(default_factory=dict)

    @property
    def named(self) -> frozenset[str]:
        """ISO codes of the countries that are named."""
        return frozenset(code for *_, code in self.countries)


Rule = Callable[[Candidate, Document], bool]


def parse_name(row: str) -> Name:
    """A row of the compiled names, its key aside."""
    grade, ids, safe, strict, *_ = (*row.split("\t"), "", "", "")
    return Name(
        grade,
        tuple(ids.split(",")),
        frozenset(safe.split(",")) if safe else frozenset(),
        frozenset(strict.split("|")) if strict else frozenset(),
    )


class PlaceIndex(NameIndex[str]):
    """Names of cities (rows parsed when met), of countries, and of papers that hold a city's name."""

    def name(self, key: str) -> Name | None:
        """What a key names; None for the name of a paper."""
        row = self[key]
        if row == "site":
            return None
        code = countries().get(key)
        if row.startswith("country"):
            return Name("A", country=code)
        known = parse_name(row)
        return Name("H", known.ids, known.safe_in, known.strict, code) if code else known


@cache
def place_index() -> PlaceIndex:
    """All cities, countries and site names by key."""
    lines = read_data("gazetteer_names.tsv").splitlines()
    entries = dict(line.split("\t", 1) for line in lines if line[0] != "#")
    for key in countries():
        entries.setdefault(key, "country")
    for name in site_names():
        entries[key_of(name)] = "site"
    return PlaceIndex(entries)


def collect(scans: Sequence[Scan], document: Document) -> None:
    """Find candidates and countries; names of papers are taken."""
    for scan in scans:
        at = 0
        while at < len(scan.tokens):
            at = _collect_at(scan, at, document)


def _collect_at(scan: Scan, at: int, document: Document) -> int:
    best = _longest(scan, at, document.language)
    if best is None:
        return at + 1
    end, key = best
    name = place_index().name(key)
    if name is None:
        scan.take(at, end)
        return end
    if not _spelt_like_a_name(scan, at, end, name) or _is_trigger(scan, at, end, document):
        return at + 1
    if name.country and not name.ids:
        document.countries.append((scan, at, end, name.country))
    else:
        document.candidates.append(Candidate(scan, at, end, key, name))
        document.parts.setdefault(key, set()).add(scan.part)
    return end


def _is_trigger(scan: Scan, start: int, end: int, document: Document) -> bool:
    """«مدينة» is the word city, not Medina, and so is «لمدينة»."""
    word, triggers = scan.tokens[start].text, document.cues.city_before
    forms = (word, *starts(word, document.language))
    return end == start + 1 and any((form,) in triggers for form in forms)


def _is_city_word(candidate: Candidate, document: Document) -> bool:
    """«المدينة» and «للمدينة» are the city that the text speaks of, until a country makes them Medina."""
    if document.language != "ar" or candidate.end > candidate.start + 1:
        return False
    word, triggers = candidate.scan.tokens[candidate.start].text, document.cues.city_before
    forms = (word, *starts(word, "ar"))
    return any(form.startswith("ال") and (form[2:],) in triggers for form in forms)


def _longest(scan: Scan, at: int, language: str) -> tuple[int, str] | None:
    """(end, key) of the longest name at a word, with or without its clitics."""
    if scan.stems[at] == TAKEN:
        return None
    index, variants = place_index(), endings(language)
    best: tuple[int, str] | None = None
    for form in (scan.stems[at], *starts(scan.stems[at], language)):
        found = index.longest(scan.stems, at, len(scan.stems), variants, form)
        if found and found[0] > at + 1 and scan.glued_until(at) < found[0]:
            found = index.longest(scan.stems, at, scan.glued_until(at), variants, form)
        if found and (best is None or found[0] > best[0]):
            best = found
    return best


def _spelt_like_a_name(scan: Scan, start: int, end: int, name: Name) -> bool:
    """Capitals, no tanwin, and for short names the strict spelling (R1, R2)."""
    raw = scan.raw(start, end)
    if _TANWIN.search(raw) or not (raw[0].isupper() or _CASELESS.match(raw)):
        return False
    if not name.strict:
        return True
    strict = "".join(fold_word(word, strict=True) for word in raw.split())
    return any(strict.endswith(spelling) for spelling in name.strict) or raw.isascii()


# Evidence. Each rule answers for one candidate; the order in RULES is that of trust.


def before(candidate: Candidate, phrases: frozenset[tuple[str, ...]], language: str = "") -> bool:
    """Whether one of the phrases stands right before the name."""
    tokens, start = candidate.scan.tokens, candidate.start
    for length in (1, 2, 3, 4):
        if length > start:
            return False
        words = tuple(token.text for token in tokens[start - length : start])
        if words in phrases or any((form, *words[1:]) in phrases for form in starts(words[0], language)):
            return True
    return False


def after(candidate: Candidate, phrases: frozenset[tuple[str, ...]]) -> bool:
    """Whether one of the phrases stands right after the name, perhaps behind its suffix."""
    tokens, end = candidate.scan.tokens, candidate.end
    words = [token.text for token in tokens[end : end + 4]]
    return any(tuple(words[skip : skip + length]) in phrases for skip in (0, 1) for length in (1, 2, 3))


def _elsewhere(candidate: Candidate, document: Document) -> bool:
    """A street, a club, a university that carries the name (R8)."""
    return before(candidate, document.cues.not_city, document.language)


def safe(candidate: Candidate, document: Document) -> bool:
    """The name alone is enough."""
    return candidate.name.grade_in(document.language) == "S" and candidate.name.country is None


def spelt_out(candidate: Candidate, _document: Document) -> bool:
    """A short name with the mark that tells it from its look-alikes: «عمّان» is Amman, never Oman."""
    return bool(candidate.name.strict) and _SHADDA in candidate.scan.raw(candidate.start, candidate.end)


def trigger(candidate: Candidate, document: Document) -> bool:
    """A word of cities is adjacent: "city of", «شهرداری», "Belediyesi"."""
    words = document.cues
    return before(candidate, words.city_before, document.language) or after(candidate, words.city_after)


def publisher_city(candidate: Candidate, document: Document) -> bool:
    """The publishing municipality's own city."""
    source = document.source
    return bool(source and source.city and source.city in _plain_ids(candidate))


def country_adjacent(candidate: Candidate, document: Document) -> bool:
    """Its country follows: "Tripoli, Lebanon", «رباط مراکش», "Kisumu (Kenya)"."""
    return any(_country_of(identity) in _following(candidate, document) for identity in _plain_ids(candidate))


def own_country(candidate: Candidate, document: Document) -> bool:
    """A normal name of the source's own country."""
    source = document.source
    codes = {_country_of(identity) for identity in _plain_ids(candidate)}
    return bool(candidate.name.grade == "N" and source and source.country in codes)


def country_named(candidate: Candidate, document: Document) -> bool:
    """A normal name whose country the article names."""
    codes = {_country_of(identity) for identity in _canonical_ids(candidate)}
    return candidate.name.grade == "N" and bool(codes & document.named)


def repeated(candidate: Candidate, document: Document) -> bool:
    """A normal name that stands in the title and in the text."""
    return candidate.name.grade == "N" and len(document.parts[candidate.key]) == 2


RULES: tuple[tuple[str, Rule], ...] = (
    ("safe", safe),
    ("spelt-out", spelt_out),
    ("publisher-city", publisher_city),
    ("trigger", trigger),
    ("country-adjacent", country_adjacent),
    ("own-country", own_country),
    ("country-named", country_named),
    ("repeated", repeated),
)


#: What makes the word "city" a city's name; neither "mayor of" nor the members of a list do.
CITY_WORD_RULES = tuple(
    (name, rule) for name, rule in RULES if name in ("publisher-city", "country-adjacent")
)


def _plain_ids(candidate: Candidate) -> tuple[str, ...]:
    return tuple(identity.lstrip("~") for identity in candidate.name.ids)


def _canonical_ids(candidate: Candidate) -> tuple[str, ...]:
    caseless = _CASELESS.match(candidate.scan.raw(candidate.start, candidate.end))
    return (
        _plain_ids(candidate) if caseless else tuple(i for i in candidate.name.ids if not i.startswith("~"))
    )


@cache
def _country_of(identity: str) -> str:
    return place(identity).country


def _following(candidate: Candidate, document: Document) -> set[str]:
    return {
        code
        for scan, start, _, code in _country_spots(document)
        if scan is candidate.scan
        and 0 <= start - candidate.end <= 1
        and _ADJACENT.match(scan.gap(candidate.end - 1, start) if start == candidate.end else "")
    }


def _country_spots(document: Document) -> Iterator[tuple[Scan, int, int, str]]:
    """Countries, and the candidates that are also a country's name."""
    yield from document.countries
    for other in document.candidates:
        if other.name.country and other.rule is None:
            yield other.scan, other.start, other.end, other.name.country


def accept(document: Document) -> None:
    """Judge every candidate by the rules, then let accepted members of a list vouch for the others."""
    for candidate in document.candidates:
        rules = CITY_WORD_RULES if _is_city_word(candidate, document) else RULES
        if not _elsewhere(candidate, document):
            candidate.rule = next((name for name, rule in rules if rule(candidate, document)), None)
    _spread(document)
    scores = Counter(
        _country_of(i) for c in document.candidates if c.rule == "safe" for i in _plain_ids(c)[:1]
    )
    for candidate in document.candidates:
        if candidate.rule:
            candidate.city = _which(candidate, document, scores)


def _spread(document: Document) -> None:
    """R6c: siblings in a list accept one another; three normal names in a row accept themselves."""
    ordered = document.candidates
    links = [_siblings(left, right, document) for left, right in pairwise(ordered)]
    for run in _runs(links):
        members = ordered[run[0] : run[1] + 1]
        normal = sum(member.name.grade in "SN" for member in members)
        if any(member.rule for member in members) or normal >= 3:
            for member in members:
                if member.rule is None and _may_follow(member, document):
                    member.rule = "sibling"


def _may_follow(candidate: Candidate, document: Document) -> bool:
    """Whether a list may vouch for a name: no country's, and in Latin script no small city's by-name."""
    if _elsewhere(candidate, document) or _is_city_word(candidate, document):
        return False
    large = any(place(identity).population >= _LARGE for identity in _plain_ids(candidate))
    return candidate.name.grade != "H" and (large or bool(_canonical_ids(candidate)))


def _runs(links: list[bool]) -> Iterator[tuple[int, int]]:
    start = 0
    for position, link in enumerate([*links, False]):
        if not link:
            if position > start:
                yield start, position
            start = position + 1


def _siblings(left: Candidate, right: Candidate, document: Document) -> bool:
    """Whether only a comma, a year or "and" holds two names apart."""
    if left.scan is not right.scan or not 0 <= right.start - left.end <= 3:
        return False
    words = [token.text for token in left.scan.tokens[left.end : right.start]]
    if any(not word.isdigit() and word not in document.cues.joins for word in words):
        return False
    gap = left.scan.gap(left.end - 1, right.start)
    bare = re.sub(r"[^\W\d_]+", "", gap)
    prefixed = left.scan.tokens[right.start].text.startswith("و") and document.language == "ar"
    return bool(_SEPARATORS.match(bare)) and bool(words or prefixed or bare.strip(" '’"))


def _which(candidate: Candidate, document: Document, scores: Counter[str]) -> str | None:
    """R7: the city that leads its namesakes; None where none does."""
    following, named, source = _following(candidate, document), document.named, document.source
    ranked = sorted(
        (
            _weight(place(identity.lstrip("~")).population)
            + 3 * (_country_of(identity.lstrip("~")) in following)
            + 2 * (_country_of(identity.lstrip("~")) in named)
            + 1.5 * bool(source and source.country == _country_of(identity.lstrip("~")))
            + 5 * bool(source and source.city == identity.lstrip("~"))
            + min(3, scores[_country_of(identity.lstrip("~"))])
            - 3 * identity.startswith("~"),
            identity.lstrip("~"),
        )
        for identity in candidate.name.ids
    )
    if len(ranked) > 1 and ranked[-1][0] - ranked[-2][0] < _LEAD:
        return None
    return ranked[-1][1]


def _weight(population: int) -> float:
    return math.log10(max(population, 1000))


def place_tags(scans: Sequence[Scan], language: str, source: Source | None) -> list[Tag]:
    """Tags of the cities among the words that no network has taken."""
    document = Document(language, source, cues(language))
    collect(scans, document)
    accept(document)
    return [
        Tag(
            kind=TagKind.CITY,
            key=candidate.city,
            alias=candidate.scan.raw(candidate.start, candidate.end),
            span=candidate.scan.span(candidate.start, candidate.end),
            rule=candidate.rule or "",
        )
        for candidate in document.candidates
        if candidate.city is not None
    ]
