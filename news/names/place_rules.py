"""Cities in an article: candidates by name, the evidence each needs, and which of several cities is meant."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from itertools import pairwise

from news.languages.folding import fold_word
from news.languages.profiles import profile
from news.names.catalogue import Place, overlay, place
from news.names.cues import Cues, Phrase, adjectives, cues
from news.names.gazetteer import Entry, gazetteer
from news.names.homes import HOME
from news.names.index import Remembered, longest
from news.names.keys import key as key_of
from news.names.scan import TAKEN, Scan, endings, starts
from news.values import Part, Source, Tag, TagKind

_POSSESSIVE = frozenset("'’ʼ")
#: Scripts without capitals are told by their range; elsewhere a city begins with a capital.
_CASELESS = re.compile("[\u0590-\u08ff\u3040-\u9fff]")
#: Languages whose script parts no words; in one, a name in kana is a whole run of kana.
_UNPARTED = frozenset({"zh", "ja"})
_KANA = re.compile("[\u30a1-\u30fa\u30fc-\u30ff]")
_LONGEST_UNPARTED = 14
#: A Turkish name without an apostrophe before its suffix, and how many letters are left of it at least.
_APOSTROPHES, _SUFFIXED = frozenset({"tr"}), 6
#: Forms of Russian adjectives of towns in -sk: none of them is the town.
_OF_A_TOWN = re.compile("ск(?:ий|ого|ому|ая|ую|ое|ие|их|им|ими)$")
#: A family name where a town would have -ом.
_OF_A_PERSON = re.compile("[ое]вым$")
_TANWIN = re.compile("\u064b")
_SHADDA = "\u0651"
_HAMZAS = ("أ", "إ", "آ")
_SEPARATORS = re.compile(r"^[\s,،;؛/&()\d«»\"“”'’\-–—]*$")
_ADJACENT = re.compile(r"^[\s,،(\-–—]*$")
#: Cities of this size are known by other names too.
_LARGE = 300_000
#: A city is accepted over its namesakes when it leads by this much; and by this much to speak for its country.
_LEAD, _SURE_LEAD = 0.2, 0.5
#: What speaks for a city of the language's own countries, for a hand-kept one, against one with another name.
_AT_HOME, _KEPT, _OTHERS_NAME = 0.7, 1.0, 1.0
#: What speaks against a town of the countries that named theirs after others, and those countries.
_NAMED_AFTER, _NEW_WORLD = 0.5, frozenset({"US", "CA", "AU", "NZ", "ZA", "PH"})
#: A district is known as well as a city of this size.
_DISTRICT = 100_000
#: In a word with a clitic, a name of up to so many letters is only a town's with so many people.
_SHORT, _TOWN = 4, 50_000
#: An everyday word is a town's name at home where the town has so many people.
_SMALL_TOWN = 25_000
#: The same between words of membership.
_MEMBERS = 35_000
#: A name of so many letters is hardly a word.
_LONG = 5
#: And in news of a network.
_OF_A_NETWORK = 20_000
#: Fewer people make a place that only its own people name.
_VILLAGE = 5_000
#: Languages of many countries, and those that part no words: there no normal name is at home.
_NO_HOME = frozenset({"en", "zh", "ja"})
#: Nouns have capitals in German: a capital beside a name says nothing there.
_NOUNS_HAVE_CAPITALS = frozenset({"de"})
#: French prepositions that have swallowed the article of a name: "au Havre", "du Mans".
_CONTRACTED = {"au": "le", "du": "le", "aux": "les", "des": "les"}
#: Languages in which a capital inside a sentence is a name's, and where a town of this size is known by it.
_CAPITALS_TELL, _LARGE_TOWN = frozenset({"tr", "ru", "es", "fr", "en"}), 100_000
#: Languages in which such a name must share its sentence with a network, whatever words of membership stand by it.
_BY_THEIR_NETWORK = frozenset({"ru", "es", "fr", "en"})
#: From this share of words with a capital on, a headline writes all words so.
_HEADLINE = 0.6


@dataclass(slots=True)
class Candidate:
    """A name of a city, not yet accepted."""

    scan: Scan
    start: int
    end: int
    key: str
    name: Entry
    #: S, N or A in the language of the text
    grade: str
    rule: str | None = None
    city: str | None = None
    #: part of the name of something else: a street, a club, a person
    elsewhere: bool = False

    @property
    def means_area(self) -> bool:
        """Whether it is, in this language, also the name of a country."""
        return self.name.area is not None and self.grade == "A"


@dataclass
class Document:
    """What the rules may know of the article around a candidate."""

    language: str
    source: Source | None
    cues: Cues
    candidates: list[Candidate] = field(default_factory=list)
    #: (scan, start, end, code) of the countries and divisions named
    areas: list[tuple[Scan, int, int, str]] = field(default_factory=list)
    parts: dict[str, set[Part]] = field(default_factory=dict)

    scans: Sequence[Scan] = ()
    #: it has the name of a network that counts where a city is named
    network_waits: bool = False

    @cached_property
    def speaks_of_towns(self) -> bool:
        """Whether it has a word of cities or networks, or names a network."""
        if (
            self.names_a_network
            or self.network_waits
            or any(not self.cues.context.isdisjoint(scan.words) for scan in self.scans)
        ):
            return True
        texts = [" ".join(scan.words) for scan in self.scans]
        return any(part in text for part in self.cues.context_within for text in texts)

    @cached_property
    def names_a_network(self) -> bool:
        """Whether the name of a network, or of another body that is no place, has taken words of it."""
        return any(TAKEN in scan.stems for scan in self.scans)

    @cached_property
    def named(self) -> frozenset[str]:
        """ISO codes of the countries that are named, by a noun or an adjective."""
        return frozenset(code for *_, code in self.areas)


Rule = Callable[[Candidate, Document], bool]


def collect(scans: Sequence[Scan], document: Document) -> None:
    """Find candidates and countries; names of papers are taken."""
    openings = _openings(document.language)
    for scan in scans:
        behind = 0
        for at, opening in _possible_starts(scan, document.language):
            if at < behind:
                continue
            if opening and opening.country:
                document.areas.append((scan, at, at + 1, opening.country))
            if scan.may_be_a_name(at) and (forms := _begun(scan, at, opening, document.language)):
                known = tuple(one for form in forms if (begun := openings[form]) for one in begun.forms)
                behind = _collect_at(scan, at, known, document)


def _possible_starts(scan: Scan, language: str) -> list[tuple[int, _Opening | None]]:
    """The places of the words that may begin a name, and what they begin by themselves."""
    stems, pairs = scan.stems, _pairs(language)
    openings = map(_openings(language).__getitem__, stems)
    if language == "fr":
        swallowed = [False, *(word in _CONTRACTED for word in scan.words)]
        return [(at, one) for at, one in enumerate(openings) if one or swallowed[at]]
    return [
        (at, opening)
        for at, (opening, stem, following) in enumerate(
            zip(openings, stems, [*stems[1:], TAKEN], strict=False)
        )
        if opening is not None and (opening.whole or opening.country or pairs[f"{stem} {following[:3]}"])
    ]


def _begun(scan: Scan, at: int, opening: _Opening | None, language: str) -> list[str]:
    """The forms of a word that begin a name together with the first letters of the next word."""
    pairs, stem = _pairs(language), scan.stems[at]
    following = scan.stems[at + 1][:3] if at + 1 < len(scan.stems) else TAKEN
    if language == "fr" and at and (article := _CONTRACTED.get(scan.words[at - 1])):
        return [form for form in (article + stem, stem) if pairs[f"{form} {following}"]]
    begins = opening is not None and (opening.whole or pairs[f"{stem} {following}"])
    return [stem] if begins else []


@dataclass(frozen=True, slots=True)
class _Opening:
    """A word that begins the name of a place, or is an adjective of a country."""

    #: with and without its clitics, those that begin one
    forms: tuple[str, ...]
    #: one of them is a name by itself
    whole: bool
    #: ISO code of the adjective's country
    country: str | None


@cache
def _openings(language: str) -> Remembered[_Opening | None]:
    """What the words of a language begin; None for those that begin nothing."""
    index, variants = gazetteer(), endings(language)

    def find(word: str) -> _Opening | None:
        if word == TAKEN:
            return None
        forms: dict[str, bool] = {}
        for form in (word, *starts(word, language)):
            begins = index.begins_anew(form)
            whole = (begins and form in index) or any(one in index for one in variants(form))
            if begins or whole:
                forms[form] = whole
        country = adjectives().get(word)
        return _Opening(tuple(forms), any(forms.values()), country) if forms or country else None

    return Remembered(find)


@cache
def _pairs(language: str) -> Remembered[bool]:
    """Whether a word is a name, or begins one together with the first letters of the next word: "san jos"."""
    openings, begins = _openings(language), gazetteer().begins_anew

    def find(pair: str) -> bool:
        word, _, following = pair.partition(" ")
        opening = openings[word]
        return opening is not None and (
            opening.whole or any(begins(form + following) for form in opening.forms)
        )

    return Remembered(find)


def _collect_at(scan: Scan, at: int, forms: tuple[str, ...], document: Document) -> int:
    best = _longest(scan, at, forms, document.language)
    if best and _is_anothers_by_possession(scan, *best):
        best = longest(gazetteer(), scan.stems, at, best[0] - 1, endings(document.language), forms[0])
    if best is None:
        return at + 1
    end, key = best
    name = gazetteer().entry(key)
    assert name is not None
    if not name.ids and name.area and end > at + 1 and (town := _town_within(scan, at, end, forms, document)):
        end, key = town
        name = gazetteer().entry(key)
        assert name is not None
    if not name.ids and name.area is None:
        scan.take(at, end)
        return end
    if not _spelt_like_a_name(scan, at, end, name) or _is_trigger(scan, at, end, document):
        return at + 1
    if not _a_form_of_the_name(scan, at, end, key, name, document.language):
        return at + 1
    if not name.ids and name.area:
        document.areas.append((scan, at, end, name.area))
    else:
        grade = name.grade(document.language)
        if _stripped_too_far(scan, at, end, key, name, grade):
            return at + 1
        document.candidates.append(Candidate(scan, at, end, key, name, grade))
        document.parts.setdefault(key, set()).add(scan.part)
    return end


def _is_anothers_by_possession(scan: Scan, end: int, key: str) -> bool:
    """Whether a name that ends in the "'s" of a possession is no place's own: "Bari's" is not «Barîs», Paris."""
    entry = gazetteer().entry(key)
    possession = scan.words[end - 1] == "s" and end > 1 and scan.gap(end - 2, end - 1) in _POSSESSIVE
    return possession and bool(entry and entry.ids and entry.ids[0] in entry.alternates)


def _town_within(
    scan: Scan, at: int, end: int, forms: tuple[str, ...], document: Document
) -> tuple[int, str] | None:
    """The town of a name that is no place's, where its last word is a word of cities: "Galway City"."""
    if (scan.words[end - 1],) not in document.cues.city_after:
        return None
    found = longest(gazetteer(), scan.stems, at, end - 1, endings(document.language), forms[0])
    entry = gazetteer().entry(found[1]) if found else None
    return found if entry and entry.ids else None


def _a_form_of_the_name(scan: Scan, start: int, end: int, key: str, name: Entry, language: str) -> bool:
    """Whether the language bends a name like this: not "Limanı" of Lima, «Славянский» of Slavyansk, nor a part of kana."""
    if language in _UNPARTED:
        return not (_kana_at(scan, start) and _kana_at(scan, start - 1)) and not (
            _kana_at(scan, end - 1) and _kana_at(scan, end)
        )
    if language in _APOSTROPHES:
        return len(key) >= _SUFFIXED or "".join(scan.stems[start:end]) == key
    if language == "de" and "".join(scan.stems[start:end]) != key:
        return _is_genitive(scan, end, key, name) or scan.words[end : end + 1] in cues("de").city_after
    if language == "ru" and _OF_A_PERSON.search(scan.words[end - 1]):
        return False
    if language == "ru" and _OF_A_TOWN.search(scan.words[end - 1]):
        return not any(place(one).name.lower().endswith("sk") for one in name.ids)
    return True


def _is_genitive(scan: Scan, end: int, key: str, name: Entry) -> bool:
    """As "Kölns" of Köln: the name of a town at home or of a large city, that is no word besides."""
    if not scan.words[end - 1].endswith("s") or len(key) < _SHORT or name.grade("de") != "S":
        return False
    return any(place(one).country in HOME["de"] or place(one).population >= _LARGE for one in name.ids)


def _kana_at(scan: Scan, at: int) -> bool:
    return 0 <= at < len(scan.words) and _KANA.match(scan.words[at]) is not None


def _stripped_too_far(scan: Scan, start: int, end: int, key: str, name: Entry, grade: str) -> bool:
    """«وفدا» is a delegation, not "and Fada": what is left of a word must be a well-known name or a long one."""
    written = "".join(scan.stems[start:end])
    if written == key or grade == "S" or len(key) > _SHORT or not _CASELESS.match(scan.words[start]):
        return False
    if written.endswith(key) and not _has_its_hamza(scan.raw(start, end), name):
        return True
    return all(place(one).population < _TOWN and one not in overlay() for one in name.ids)


def _has_its_hamza(raw: str, name: Entry) -> bool:
    """Whether a word keeps the hamza that its name begins with: «بأبها» is in Abha, and «بابها» her door."""
    spellings = [spelling for spelling in name.strict if spelling.startswith(_HAMZAS)]
    written = fold_word(raw, strict=True)
    return not spellings or any(written.endswith(spelling) for spelling in spellings)


def _is_trigger(scan: Scan, start: int, end: int, document: Document) -> bool:
    """«مدينة» is the word city, not Medina, and so is «لمدينة»."""
    word, triggers = scan.words[start], document.cues.city_before
    forms = (word, *starts(word, document.language))
    return end == start + 1 and any((form,) in triggers for form in forms)


def _is_city_word(candidate: Candidate, document: Document) -> bool:
    """«المدينة» and «للمدينة» are the city that the text speaks of, until a country makes them Medina."""
    if document.language != "ar" or candidate.end > candidate.start + 1:
        return False
    word, triggers = candidate.scan.words[candidate.start], document.cues.city_before
    forms = (word, *starts(word, "ar"))
    return any(form.startswith("ال") and (form[2:],) in triggers for form in forms)


def _longest(scan: Scan, at: int, forms: tuple[str, ...], language: str) -> tuple[int, str] | None:
    """(end, key) of the longest name at a word, with or without its clitics."""
    index, variants = gazetteer(), endings(language)
    best: tuple[int, str] | None = None
    for form in forms:
        found = longest(index, scan.stems, at, len(scan.stems), variants, form)
        most = _LONGEST_UNPARTED if language in _UNPARTED else 6
        if found and found[0] > at + 1 and (stop := scan.glued_until(at, most)) < found[0]:
            found = longest(index, scan.stems, at, stop, variants, form)
        if found and (best is None or found[0] > best[0]):
            best = found
    return best


def _spelt_like_a_name(scan: Scan, start: int, end: int, name: Entry) -> bool:
    """Capitals, no tanwin, and for short names the strict spelling (R1, R2)."""
    raw = scan.raw(start, end)
    caseless = _CASELESS.match(raw)
    if _TANWIN.search(raw) or not (caseless or raw[0].isupper()):
        return False
    if end > start + 1 and not caseless and not scan.capitals(start, end):
        return False
    if not name.strict:
        return True
    strict = "".join(fold_word(word, strict=True) for word in raw.split())
    return any(strict.endswith(spelling) for spelling in name.strict) or not caseless


# Evidence. Each rule answers for one candidate; the order in RULES is that of trust.


def before(candidate: Candidate, phrases: frozenset[Phrase], language: str = "") -> bool:
    """Whether one of the phrases stands right before the name."""
    words, start = candidate.scan.words, candidate.start
    if not start or not (words[start - 1] in _last_words(phrases) or starts(words[start - 1], language)):
        return False
    for length in (1, 2, 3, 4):
        if length > start:
            return False
        phrase = tuple(words[start - length : start])
        if phrase in phrases or any((form, *phrase[1:]) in phrases for form in starts(phrase[0], language)):
            return True
    return False


@cache
def _last_words(phrases: frozenset[Phrase]) -> frozenset[str]:
    return frozenset(phrase[-1] for phrase in phrases)


def after(candidate: Candidate, phrases: frozenset[Phrase]) -> bool:
    """Whether one of the phrases stands right after the name, perhaps behind its suffix."""
    end = candidate.end
    words = candidate.scan.words[end : end + 4]
    return any(tuple(words[skip : skip + length]) in phrases for skip in (0, 1) for length in (1, 2, 3))


def _elsewhere(candidate: Candidate, document: Document, previous: Candidate | None) -> bool:
    """A street, a club, a university, a person that carries the name (R8)."""
    named = before(candidate, document.cues.city_before, document.language)
    if (
        not named
        and before(candidate, document.cues.not_city, document.language)
        and not candidate.scan.breaks(candidate.start)
        and not _opens_a_sentence(candidate)
    ):
        return True
    if _followed(candidate, document.cues.not_city_after):
        return True
    return _inside_a_name(candidate, document, previous)


def _opens_a_sentence(candidate: Candidate) -> bool:
    """Whether a full stop stands before the name, and not the one of "Dr."."""
    scan, start = candidate.scan, candidate.start
    return start > 0 and "." in scan.gap(start - 1, start) and len(scan.words[start - 1]) > _SHORT


def _followed(candidate: Candidate, phrases: frozenset[Phrase]) -> bool:
    """Whether one of the phrases follows at once."""
    words = candidate.scan.words[candidate.end : candidate.end + 2]
    return any(
        tuple(words[:length]) in phrases and not candidate.scan.breaks(candidate.end) for length in (1, 2)
    )


def _inside_a_name(candidate: Candidate, document: Document, previous: Candidate | None) -> bool:
    """A word with a capital right beside a name makes one name with it: "Jack London", "Paris Hilton"."""
    scan, start = candidate.scan, candidate.start
    if not _capitals_tell(candidate, document) or _triggered(candidate, document):
        return False
    if previous is not None and previous.end == start:
        opens = not scan.capital_before(start)
        return previous.elsewhere and not scan.breaks(start) and not (opens and candidate.grade == "S")
    if scan.capital_before(start) and not _may_stand_beside(scan, start - 1, document):
        return True
    if not scan.capital_after(candidate.end) or _may_stand_beside(scan, candidate.end, document):
        return False
    english = document.language == "en" and not before(candidate, document.cues.in_before)
    return english or candidate.grade != "S"


def _capitals_tell(candidate: Candidate, document: Document) -> bool:
    """Whether a capital marks a name here: not in German, in headlines, in scripts that have none."""
    scan = candidate.scan
    caseless = _CASELESS.match(scan.raw(candidate.start, candidate.end))
    return not (caseless or document.language in _NOUNS_HAVE_CAPITALS or scan.headline(_HEADLINE))


def _triggered(candidate: Candidate, document: Document) -> bool:
    return before(candidate, document.cues.city_before, document.language) or after(
        candidate, document.cues.city_after
    )


def _may_stand_beside(scan: Scan, at: int, document: Document) -> bool:
    """Whether a word with a capital is no part of a city's name or of a person's."""
    word = scan.words[at]
    return (
        word in document.cues.beside
        or word in _plain_words(document.language)
        or scan.stems[at] == TAKEN
        or scan.stems[at] in adjectives()
        or len(word) == 1
        or any(start <= at < end for other, start, end, _ in document.areas if other is scan)
    )


@cache
def _plain_words(language: str) -> frozenset[str]:
    """Words that begin a sentence as often as not, and no name."""
    words = cues(language)
    own = {word for phrase in (*words.city_before, *words.city_after, *words.in_before) for word in phrase}
    return frozenset(own | words.joins | frozenset(profile(language).common))


def safe(candidate: Candidate, _document: Document) -> bool:
    """The name alone is enough."""
    return candidate.grade == "S"


def spelt_out(candidate: Candidate, _document: Document) -> bool:
    """A short name with the mark that tells it from its look-alikes: «عمّان» is Amman, never Oman."""
    return bool(candidate.name.strict) and _SHADDA in candidate.scan.raw(candidate.start, candidate.end)


def trigger(candidate: Candidate, document: Document) -> bool:
    """A word of cities is adjacent: "city of", «شهرداری», "Belediyesi"; but «столица Армении» is no town's of that by-name."""
    by_name = candidate.means_area and candidate.name.alternates.issuperset(candidate.name.ids)
    return not by_name and _triggered(candidate, document)


def preposition(candidate: Candidate, document: Document) -> bool:
    """A preposition of place before a name that is no country's, nor, without capitals, an everyday word's."""
    if candidate.means_area or not before(candidate, document.cues.in_before, document.language):
        return False
    common = candidate.grade == "A"
    caseless = _CASELESS.match(candidate.scan.raw(candidate.start, candidate.end))
    return not common or (not caseless and candidate.key not in _stop_listed(document.language))


def member(candidate: Candidate, document: Document) -> bool:
    """A town at home between words of membership: «عضویت ساری در», «بم به عضویت»."""
    home = HOME.get(document.language, ())
    known = any(_country_of(one) in home and place(one).population >= _MEMBERS for one in candidate.name.ids)
    if not known or candidate.means_area or not (document.speaks_of_towns or document.language == "fa"):
        return False
    if document.language in _BY_THEIR_NETWORK:
        return False
    scan, start = candidate.scan, candidate.start
    opens = start == 0 or scan.breaks(start) or scan.words[start - 1] in document.cues.joins
    leads = before(candidate, document.cues.member_before, document.language) and not _opens_a_sentence(
        candidate
    )
    words = scan.words[candidate.end : candidate.end + 3]
    follows = any(tuple(words[:length]) in document.cues.member_after for length in (1, 2, 3))
    return leads or (follows and opens)


@cache
def _stop_listed(language: str) -> frozenset[str]:
    return frozenset(key_of(word) for word in cues(language).common)


def publisher_city(candidate: Candidate, document: Document) -> bool:
    """The publishing municipality's own city."""
    source = document.source
    return bool(source and source.city and source.city in candidate.name.ids)


def country_adjacent(candidate: Candidate, document: Document) -> bool:
    """Its country follows: "Tripoli, Lebanon", «رباط مراکش», "Kisumu (Kenya)"."""
    following = _following(candidate, document)
    return bool(following) and any(_lies_in(identity, following) for identity in candidate.name.ids)


def own_country(candidate: Candidate, document: Document) -> bool:
    """A normal name of the source's own country."""
    source = document.source
    codes = {_country_of(identity) for identity in candidate.name.ids}
    return bool(candidate.grade == "N" and source and source.country in codes)


def country_named(candidate: Candidate, document: Document) -> bool:
    """A normal name whose country or division the article names."""
    return candidate.grade == "N" and any(_lies_in(i, document.named) for i in _canonical_ids(candidate))


def at_home(candidate: Candidate, document: Document) -> bool:
    """A normal name in the language's own country, where the article speaks of towns."""
    if candidate.grade != "N" or document.language in _NO_HOME or not document.speaks_of_towns:
        return False
    scan, home = candidate.scan, HOME.get(document.language, ())
    if len(candidate.key) < _LONG or scan.hyphened(candidate.start) or scan.hyphened(candidate.end):
        return False
    return any(
        _country_of(identity) in home and (identity not in candidate.name.alternates or large)
        for identity in candidate.name.ids
        for large in [place(identity).population >= _VILLAGE]
    )


def suffixed(candidate: Candidate, document: Document) -> bool:
    """A short name or an everyday word that an apostrophe makes a name: "Foça'yı", "Kars'ın"; of a town at home."""
    if document.language not in _APOSTROPHES or candidate.means_area or not document.speaks_of_towns:
        return False
    home, scan, end = HOME[document.language], candidate.scan, candidate.end
    least = _TOWN if candidate.grade == "A" else _VILLAGE
    return (
        end < len(scan.words)
        and _suffixed(scan, end)
        and any(
            _country_of(identity) in home and place(identity).population >= least
            for identity in candidate.name.ids
        )
    )


def beside_network(candidate: Candidate, document: Document) -> bool:
    """A large town at home, inside a sentence that names a network: "kabul edilen Düzce", «столицы и Тула»."""
    if document.language not in _CAPITALS_TELL or candidate.means_area:
        return False
    home, scan, start = HOME[document.language], candidate.scan, candidate.start
    opens = start == 0 or scan.sentence_of(start) != scan.sentence_of(start - 1)
    divided = candidate.end < len(scan.words) and scan.gap(candidate.end - 1, candidate.end).startswith(",")
    follows = after(candidate, document.cues.member_after)
    least = _MEMBERS if follows else _LARGE_TOWN
    if not any(_country_of(one) in home and place(one).population >= least for one in candidate.name.ids):
        return False
    if opens and document.language != "tr" and candidate.key in _stop_listed(document.language):
        return False
    if scan.headline(_HEADLINE) or not (follows or (divided if opens else document.language != "en")):
        return False
    return any(scan.stems[at] == TAKEN for at, _ in scan.words_of_sentence(start))


def of_a_network(candidate: Candidate, document: Document) -> bool:
    """A normal name of a town in or beside a sentence that names a network: who speaks of networks means their members."""
    if candidate.grade != "N" or not document.names_a_network or len(candidate.key) < _SHORT:
        return False
    own = [one for one in candidate.name.ids if one not in candidate.name.alternates]
    if not any(place(one).population >= _OF_A_NETWORK for one in own):
        return False
    scan = candidate.scan
    here = scan.sentence_of(candidate.start)
    return (
        any(stem == TAKEN and abs(scan.sentence_of(at) - here) <= 1 for at, stem in enumerate(scan.stems))
        or scan.part is Part.TITLE
    )


def repeated(candidate: Candidate, document: Document) -> bool:
    """A normal name that stands in the title and in the text."""
    return candidate.grade == "N" and len(document.parts[candidate.key]) == 2


RULES: tuple[tuple[str, Rule], ...] = (
    ("safe", safe),
    ("spelt-out", spelt_out),
    ("publisher-city", publisher_city),
    ("trigger", trigger),
    ("country-adjacent", country_adjacent),
    ("own-country", own_country),
    ("country-named", country_named),
    ("repeated", repeated),
    ("at-home", at_home),
    ("suffixed", suffixed),
    ("preposition", preposition),
    ("member", member),
    ("beside-network", beside_network),
    ("of-a-network", of_a_network),
)


#: What makes the word "city" a city's name; neither "mayor of" nor the members of a list do.
CITY_WORD_RULES = tuple(
    (name, rule) for name, rule in RULES if name in ("publisher-city", "country-adjacent")
)


def _canonical_ids(candidate: Candidate) -> tuple[str, ...]:
    if _CASELESS.match(candidate.scan.raw(candidate.start, candidate.end)):
        return candidate.name.ids
    return tuple(identity for identity in candidate.name.ids if identity not in candidate.name.alternates)


@cache
def _country_of(identity: str) -> str:
    return place(identity).country


def _lies_in(identity: str, areas: frozenset[str] | set[str]) -> bool:
    """Whether a place lies in one of some countries or divisions ("US", "US.TX")."""
    country = _country_of(identity)
    return country in areas or f"{country}.{_division_of(identity)}" in areas


@cache
def _division_of(identity: str) -> str:
    return gazetteer().record(identity).division


def _following(candidate: Candidate, document: Document) -> set[str]:
    """Codes of the countries and divisions right after the name, perhaps behind "in"."""
    scan, end = candidate.scan, candidate.end
    codes = {
        code
        for other, start, _, code in _area_spots(document)
        if other is scan and 0 <= start - end <= 2 and _leads_to(scan, end, start, document)
    }
    if document.language == "ar" and end < len(scan.words) and not scan.breaks(end):
        codes |= _relation(scan.words[end])
    return codes


def _leads_to(scan: Scan, end: int, start: int, document: Document) -> bool:
    between = scan.words[end:start]
    if start < len(scan.words) and not _ADJACENT.match(
        "".join(scan.gap(i - 1, i) for i in range(end, start + 1))
    ):
        return False
    return not between or tuple(between) in document.cues.in_before or between[0] in document.cues.beside


@lru_cache(maxsize=5_000)
def _relation(word: str) -> set[str]:
    """The country of an Arabic adjective: «التركية» is of Turkey."""
    if not (word.startswith("ال") and word.endswith(("یه", "ی"))) or len(word) < 6:
        return set()
    root = word[2:].removesuffix("ه").removesuffix("ی")
    for name in (root, root + "ا", root + "یا", "ال" + root, root + "ه", "ال" + root + "ه"):
        if (entry := gazetteer().entry(name)) and entry.area and "." not in entry.area:
            return {entry.area}
    return set()


def _area_spots(document: Document) -> Iterator[tuple[Scan, int, int, str]]:
    """Countries and divisions, and the candidates that are also a country's name."""
    yield from document.areas
    for other in document.candidates:
        if other.name.area and other.means_area and other.rule is None:
            yield other.scan, other.start, other.end, other.name.area


def accept(document: Document) -> None:
    """Judge every candidate by the rules, then let those accepted vouch for the others."""
    previous: Candidate | None = None
    for candidate in document.candidates:
        beside = previous if previous and previous.scan is candidate.scan else None
        candidate.elsewhere = _elsewhere(candidate, document, beside)
        previous = candidate
        word = _is_city_word(candidate, document) or _is_everyday(candidate, document.language)
        rules = CITY_WORD_RULES if word else RULES
        if not candidate.elsewhere:
            candidate.rule = next((name for name, rule in rules if rule(candidate, document)), None)
    _spread(document)
    scores = _countries_of_the_settled(document)
    _vouch_for_neighbours(document, scores)
    for candidate in document.candidates:
        if candidate.rule:
            candidate.city = _which(candidate, document, scores)


def _countries_of_the_settled(document: Document) -> Counter[str]:
    """How many cities of each country are known without the others' help."""
    sure = (candidate for candidate in document.candidates if candidate.rule in {"safe", "trigger"})
    settled = {_which(candidate, document, Counter(), _SURE_LEAD) for candidate in sure}
    return Counter(_country_of(identity) for identity in settled if identity is not None)


def _vouch_for_neighbours(document: Document, scores: Counter[str]) -> None:
    """A normal name is a city's where another city of its country is named, and its own name is no by-name."""
    for candidate in document.candidates:
        if candidate.rule is None and candidate.grade == "N" and _may_follow(candidate, document):
            own = (one for one in candidate.name.ids if one not in candidate.name.alternates)
            if any(scores[_country_of(identity)] for identity in own):
                candidate.rule = "neighbour"


def _spread(document: Document) -> None:
    """R6c: siblings in a list accept one another; three normal names in a row accept themselves."""
    ordered = document.candidates
    links = [_siblings(left, right, document) for left, right in pairwise(ordered)]
    for run in _runs(links):
        members = ordered[run[0] : run[1] + 1]
        normal = sum(member.grade in "SN" and not member.elsewhere for member in members)
        if any(member.rule for member in members) or normal >= 3:
            for member in members:
                if member.rule is None and _may_follow(member, document):
                    member.rule = "sibling"


def _may_follow(candidate: Candidate, document: Document) -> bool:
    """Whether others may vouch for a name: no country's, and in Latin script no small city's by-name."""
    if candidate.elsewhere or _is_city_word(candidate, document):
        return False
    large = any(place(identity).population >= _LARGE for identity in candidate.name.ids)
    if _is_everyday(candidate, document.language):
        return False
    return not candidate.means_area and (large or bool(_canonical_ids(candidate)))


def _is_everyday(candidate: Candidate, language: str) -> bool:
    """Whether a name without capitals is an everyday word first: a small town's, or an unknown one's abroad."""
    written = candidate.scan.raw(candidate.start, candidate.end)
    if candidate.key not in _stop_listed(language) or not _CASELESS.match(written):
        return False
    home = HOME.get(language, ())
    least = (
        (identity, _SMALL_TOWN if _country_of(identity) in home else _LARGE)
        for identity in candidate.name.ids
    )
    return not any(
        place(identity).population >= people or identity in overlay() for identity, people in least
    )


def _runs(links: list[bool]) -> Iterator[tuple[int, int]]:
    start = 0
    for position, link in enumerate([*links, False]):
        if not link:
            if position > start:
                yield start, position
            start = position + 1


def _siblings(left: Candidate, right: Candidate, document: Document) -> bool:
    """Whether only a comma, a year, a country or "and" holds two names apart."""
    scan = left.scan
    if scan is not right.scan or not 0 <= right.start - left.end <= 5:
        return False
    inside = {
        at
        for other, start, end, _ in document.areas
        if other is scan and left.end <= start and end <= right.start
        for at in range(start, end)
    }
    between = range(left.end, right.start)
    words = [scan.words[at] for at in between if at not in inside]
    if any(not word.isdigit() and word not in document.cues.joins and len(word) > 2 for word in words):
        return False
    if any(not word.isdigit() and word not in document.cues.joins for word in words) and not _suffixed(
        scan, left.end
    ):
        return False
    gap = "".join(scan.gap(at - 1, at) for at in range(left.end, right.start + 1))
    prefixed = scan.words[right.start].startswith("و") and document.language == "ar"
    return bool(_SEPARATORS.match(gap)) and bool(words or prefixed or gap.strip(" '’"))


def _suffixed(scan: Scan, at: int) -> bool:
    """Whether a word is a suffix behind an apostrophe."""
    return scan.gap(at - 1, at) in ("'", "’", "ʼ")


def _which(candidate: Candidate, document: Document, scores: Counter[str], lead: float = _LEAD) -> str | None:
    """R7: the city that leads its namesakes; None where none does."""
    ids = candidate.name.ids
    if len(ids) == 1:
        return ids[0]
    following, source = _following(candidate, document), document.source
    ranked = sorted(
        (
            _weight(place(identity))
            + 4 * _lies_in(identity, following)
            + 2 * _lies_in(identity, document.named)
            + 1.5 * bool(source and source.country == _country_of(identity))
            + 5 * bool(source and source.city == identity)
            + min(3, scores[_country_of(identity)])
            + _AT_HOME * (_country_of(identity) in HOME.get(document.language, ()))
            + _KEPT * (identity in overlay())
            - 3 * (identity in candidate.name.alternates)
            - _NAMED_AFTER * (_country_of(identity) in _NEW_WORLD)
            - _OTHERS_NAME * (identity in candidate.name.borrowed),
            identity,
        )
        for identity in ids
    )
    small = place(ranked[-1][1]).population < _DISTRICT
    if ranked[-1][0] - ranked[-2][0] < (_SURE_LEAD if small else lead):
        return None
    return ranked[-1][1]


def _weight(known: Place) -> float:
    least = _DISTRICT if known.kind == "district" else 1_000
    return math.log10(max(known.population, least))


def place_tags(
    scans: Sequence[Scan], language: str, source: Source | None, *, network_waits: bool = False
) -> list[Tag]:
    """Tags of the cities among the words that no network has taken; some names of networks wait for one to be found."""
    document = Document(language, source, cues(language), scans=scans, network_waits=network_waits)
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
