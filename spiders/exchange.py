"""Sources in files of others: OPML, which knows feeds alone, and TOML, which knows everything."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree
from pydantic import ValidationError

from crawler.discovery.identity import key_of
from news.addresses import address_key, is_web_address
from news.errors import SourceError
from news.languages import profiles
from news.values import Source
from spiders.checks import faults_of

#: Our own attributes of an outline, as OPML 2.0 allows them.
_NAMESPACE = "urn:jarchi:source"
_KEY = f"{{{_NAMESPACE}}}key"
_LANGUAGES = f"{{{_NAMESPACE}}}languages"
#: A file larger than this describes no sources.
_LARGEST = 20_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A feed as OPML names it."""

    line: int
    name: str
    feed: str
    home: str | None
    key: str | None
    languages: tuple[str, ...]


def read_file(path: Path) -> tuple[Source, ...]:
    """The sources of a file: OPML, a table of TOML for each key, or one source under the file's name.

    Raises SourceError that names the file and the line or key, and then nothing of the file counts.
    """
    try:
        content = path.read_bytes()[: _LARGEST + 1]
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from None
    if len(content) > _LARGEST:
        raise SourceError(f"{path}: larger than any list of sources")
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _of_outlines(path, outlines(path, content))
    return _of_tables(path, _toml(path, content))


def outlines(path: Path, content: bytes) -> list[Outline]:
    """The feeds of an OPML file, folders opened; raises SourceError with the line."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(content.lstrip(), parser)
    except etree.XMLSyntaxError as error:
        raise SourceError(f"{path}: line {error.lineno}: {error.msg}") from None
    if root.tag != "opml":
        raise SourceError(f"{path}: line {root.sourceline}: not OPML but <{root.tag}>")
    return [_outline(path, node) for node in root.iter("outline") if _address(node, "xmlUrl")]


def to_opml(sources: Iterable[Source], title: str = "Jarchi") -> str:
    """The feeds of some sources as OPML; a source without one is not in it."""
    root = etree.Element("opml", version="2.0", nsmap={"jarchi": _NAMESPACE})
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    body = etree.SubElement(root, "body")
    for source in sources:
        for feed in source.feeds:
            node = etree.SubElement(
                body, "outline", type="rss", text=source.name, title=source.name, xmlUrl=feed
            )
            if source.home:
                node.set("htmlUrl", source.home)
            if source.languages:
                node.set("language", source.languages[0])
                node.set(_LANGUAGES, " ".join(source.languages))
            node.set(_KEY, source.key)
    text = etree.tostring(root, encoding="unicode", pretty_print=True)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'


def watching(sources: Mapping[str, Source], addresses: Iterable[str]) -> str | None:
    """Key of the source that has one of these addresses as its home or among its roads."""
    wanted = {address_key(address) for address in addresses}
    for key, source in sources.items():
        if wanted & set(map(address_key, places_of(source))):
            return key
    return None


def places_of(source: Source) -> Iterator[str]:
    """The addresses that a source is known by."""
    if source.home:
        yield source.home
    yield from roads_of(source)


def roads_of(source: Source) -> Iterator[str]:
    """The addresses that a source is asked at."""
    yield from source.roads


def _toml(path: Path, content: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: {error}") from None


def _of_tables(path: Path, table: Mapping[str, Any]) -> tuple[Source, ...]:
    """One source where the file names one, else one for each table."""
    if "name" in table and not isinstance(table["name"], dict):
        return (_source(f"{path}", path.stem, table),)
    if not table:
        raise SourceError(f"{path}: there is no source in it")
    return tuple(_source(f"{path}: {key}", key, value) for key, value in table.items())


def _source(place: str, key: str, table: Any) -> Source:
    if not isinstance(table, Mapping):
        raise SourceError(f"{place}: not the table of a source")
    if "key" in table:
        raise SourceError(f"{place}: key: a source's key is the name of its table or file")
    try:
        source = Source.model_validate({**table, "key": key})
    except ValidationError as error:
        said = (
            f"{'.'.join(map(str, item['loc']))}: {item['msg'].removeprefix('Value error, ')}"
            for item in error.errors()
        )
        raise SourceError(f"{place}: {'; '.join(said)}") from None
    if faults := "; ".join(faults_of(source)):
        raise SourceError(f"{place}: {faults}")
    return source


def _outline(path: Path, node: etree._Element) -> Outline:
    feed, line = _address(node, "xmlUrl"), int(node.sourceline or 0)
    home = _address(node, "htmlUrl")
    for name, address in (("xmlUrl", feed), ("htmlUrl", home)):
        if address and not is_web_address(address):
            raise SourceError(f"{path}: line {line}: {name}: not an http(s) address: {address!r}")
    codes = (node.get(_LANGUAGES) or node.get("language") or "").replace(",", " ").split()
    known = (profiles.profile(code).code for code in codes)
    return Outline(
        line=line,
        name=_words(node.get("title") or node.get("text") or ""),
        feed=feed,
        home=home or None,
        key=node.get(_KEY),
        languages=tuple(dict.fromkeys(code for code in known if code in profiles.codes())),
    )


def _address(node: etree._Element, name: str) -> str:
    """OPML is written in every case."""
    return next((value.strip() for key, value in node.attrib.items() if str(key).lower() == name.lower()), "")


def _words(text: str) -> str:
    return " ".join(text.split())


def _of_outlines(path: Path, found: Sequence[Outline]) -> tuple[Source, ...]:
    """A source for each key; feeds of others' files are one source each."""
    groups: dict[str, list[Outline]] = {}
    for outline in found:
        key = outline.key or _free_key(outline, groups)
        groups.setdefault(key, []).append(outline)
    if not groups:
        raise SourceError(f"{path}: there is no feed in it")
    return tuple(_gathered(path, key, group) for key, group in groups.items())


def _free_key(outline: Outline, taken: Mapping[str, object]) -> str:
    wanted = key_of(outline.home or outline.feed, None)
    numbers = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return next(key for key in (wanted, *numbers) if key not in taken)


def _gathered(path: Path, key: str, group: Sequence[Outline]) -> Source:
    first = group[0]
    language = profiles.profile(first.languages[0]) if first.languages else profiles.NEUTRAL
    table: dict[str, Any] = {
        "name": first.name or first.feed,
        "feeds": tuple(dict.fromkeys(outline.feed for outline in group)),
        "languages": first.languages,
        "timezone": language.zone,
        "calendar": language.calendars[0],
    }
    if first.home:
        table["home"] = first.home
    return _source(f"{path}: line {first.line}", key, table)
