"""The compiled index of places: one trie in one file, mapped into memory and read where it is asked.

`python -m news.names.build` writes it. Names stand in it by key (see `news.names.keys`), places by "#" and
their GeoNames id, regions by "%" and the key of a name; none is ever read as a whole.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import marisa_trie

from news.names.index import Remembered
from news.names.keys import key as key_of
from news.names.own import names_of
from news.values import TagKind

DATA = Path(__file__).parent / "data"
INDEX = DATA / "gazetteer.marisa"
#: Languages that a name is graded in, in the order of their two bits.
LANGUAGES = ("fa", "ar", "tr", "en", "fr", "es", "de", "ru", "it", "pt", "az", "ku", "id", "zh", "ja")
#: Languages graded as a neighbour's; all others as English.
NEIGHBOURS = {
    **dict.fromkeys(("ur", "ps", "ckb"), "fa"),
    **dict.fromkeys(("uz", "tk"), "tr"),
    **dict.fromkeys(("uk", "be", "kk", "ky", "tg", "bg"), "ru"),
}
KINDS = ("city", "district", "county", "region")
#: Grades by their two bits: needs strong evidence, some, none.
GRADES = "ANS"
#: Marks of a place under one of its names.
_ALTERNATE, _BORROWED = 1, 2

_NAME = struct.Struct("<I2sB")
_OWNER = struct.Struct("<IB")
_PLACE = struct.Struct("<IB2s4s")
_NOTHING = b"  "
_ID = struct.Struct("<I")
#: What begins the key of a place, of a region's name, and of no other name.
_PLACE_MARK, _REGION_MARK = "#", "%"


@dataclass(frozen=True, slots=True)
class Record:
    """A place as compiled."""

    name: str
    country: str
    population: int
    kind: str
    #: code of its first-level division, as GeoNames numbers them within the country
    division: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A name: the grade in each language, the places called so, the country or division it also means."""

    grades: str
    ids: tuple[str, ...] = ()
    #: those that GeoNames has under this name without saying in which language
    alternates: frozenset[str] = frozenset()
    #: those that some language calls so, though it is not their own name
    borrowed: frozenset[str] = frozenset()
    #: spellings with hamza and marks, of names of up to four letters
    strict: frozenset[str] = frozenset()
    #: ISO code of the country of this name, or, where no place has the name, of the division ("US.TX")
    area: str | None = None

    def grade(self, language: str) -> str:
        """S: the name is enough; N: it needs some evidence; A: strong evidence."""
        return self.grades[_grading(language)]


@cache
def _grading(language: str) -> int:
    return LANGUAGES.index(language if language in LANGUAGES else NEIGHBOURS.get(language, "en"))


def pack_entry(entry: Entry) -> bytes:
    """An entry as bytes; `unpack_entry` is its inverse."""
    grades = sum(GRADES.index(grade) << (2 * place) for place, grade in enumerate(entry.grades))
    country, _, division = (entry.area or "").partition(".")
    owners = b"".join(
        _OWNER.pack(
            int(identity),
            _ALTERNATE * (identity in entry.alternates) + _BORROWED * (identity in entry.borrowed),
        )
        for identity in entry.ids
    )
    head = _NAME.pack(grades, country.encode() or _NOTHING, len(entry.ids))
    return head + owners + f"{division}\t{'|'.join(sorted(entry.strict))}".encode()


def unpack_entry(packed: bytes) -> Entry:
    """The entry of some bytes."""
    grades, country, count = _NAME.unpack_from(packed)
    end = _NAME.size + count * _OWNER.size
    owners = list(_OWNER.iter_unpack(packed[_NAME.size : end]))
    division, _, strict = packed[end:].decode().partition("\t")
    area = "" if country == _NOTHING else country.decode()
    return Entry(
        "".join(GRADES[grades >> (2 * place) & 3] for place in range(len(LANGUAGES))),
        tuple(str(identity) for identity, _ in owners),
        frozenset(str(identity) for identity, marks in owners if marks & _ALTERNATE),
        frozenset(str(identity) for identity, marks in owners if marks & _BORROWED),
        frozenset(strict.split("|")) if strict else frozenset(),
        (f"{area}.{division}" if division else area) or None,
    )


def pack_record(record: Record) -> bytes:
    """A place as bytes."""
    kind = KINDS.index(record.kind)
    head = _PLACE.pack(record.population, kind, record.country.encode(), record.division.encode()[:4])
    return head + record.name.encode()


def _unpack_record(packed: bytes) -> Record:
    population, kind, country, division = _PLACE.unpack_from(packed)
    name = packed[_PLACE.size :].decode()
    return Record(name, country.decode(), population, KINDS[kind], division.rstrip(b"\0").decode())


def place_key(identity: str) -> str:
    """Where a place stands in the index."""
    return _PLACE_MARK + identity


def region_key(key: str) -> str:
    """Where the regions of a name stand in the index."""
    return _REGION_MARK + key


def pack_ids(ids: Iterable[str]) -> bytes:
    """GeoNames ids as bytes."""
    return b"".join(_ID.pack(int(identity)) for identity in ids)


class Gazetteer:
    """Names and places of one compiled file."""

    def __init__(self, path: Path, own: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self._trie = marisa_trie.BytesTrie()
        self._trie.mmap(str(path))
        #: keys of names that users added, and the places they gave them
        self._own = own or {}
        #: whether some name begins like this, or is this
        self.begins: Callable[[str], bool] = Remembered(self.begins_anew).__getitem__
        self.entry = lru_cache(maxsize=20_000)(self._entry)

    def __contains__(self, key: str) -> bool:
        return key in self._trie or key in self._own

    def begins_anew(self, run: str) -> bool:
        """The same without remembering it, for who remembers more."""
        if self._own and any(key.startswith(run) for key in self._own):
            return True
        return next(self._trie.iterkeys(run), None) is not None

    def _entry(self, key: str) -> Entry | None:
        found: Sequence[bytes] | None = self._trie.get(key)
        entry = unpack_entry(found[0]) if found else None
        if key not in self._own:
            return entry
        return Entry(grades="S" * len(LANGUAGES), ids=(*self._own[key], *(entry.ids if entry else ())))

    def record(self, identity: str) -> Record:
        """The place with this GeoNames id; raises KeyError when unknown."""
        return _unpack_record(self._trie[place_key(identity)][0])

    def regions(self, key: str) -> tuple[str, ...]:
        """GeoNames ids of the regions and counties of this name in any language."""
        found: Sequence[bytes] | None = self._trie.get(region_key(key))
        return tuple(str(identity) for (identity,) in _ID.iter_unpack(found[0])) if found else ()

    def keys(self) -> list[str]:
        """The keys of all names, sorted."""
        return sorted(key for key in self._trie.keys() if not key.startswith((_PLACE_MARK, _REGION_MARK)))  # noqa: SIM118


@cache
def gazetteer() -> Gazetteer:
    """The gazetteer, opened when first asked for."""
    own: dict[str, tuple[str, ...]] = {}
    for added in names_of(TagKind.CITY):
        own[key_of(added.name)] = (*own.get(key_of(added.name), ()), added.key)
    return Gazetteer(INDEX, own)
