"""`jarchi sources import` and `export`: lists of sources from and for other programs, and other homes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.completing import source_keys
from cli.output import JsonOption, complain, err, print_json, print_table
from cli.picking import source_called
from news.errors import SourceError, UsageError
from news.settings import load_settings
from news.values import Source
from spiders.catalogue import load_sources
from spiders.exchange import read_file, roads_of, to_opml, watching
from spiders.writing import bundle_toml, write_sources


class Format(StrEnum):
    """How a list of sources is written."""

    TOML = "toml"
    OPML = "opml"


@dataclass(slots=True)
class _Sorted:
    """What becomes of the sources of some files."""

    new: dict[str, Source] = field(default_factory=dict)
    unchanged: list[str] = field(default_factory=list)
    #: key in the file → key of the source that watches it already
    watched: dict[str, str] = field(default_factory=dict)


def import_sources(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="OPML or TOML.", exists=False)],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be written and write nothing.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite your own files of the same keys.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Take over the sources of OPML and TOML files: all of them, or none and the line or key at fault."""
    folder = load_settings().sources_folder
    known = load_sources(folder, complain)
    found = _sort(_read(files), known, force=force)
    if found.new and not dry_run:
        write_sources(folder, tuple(found.new.values()), overwrite=force)
    if json:
        skipped = [{"key": key, "watched_as": other} for key, other in found.watched.items()]
        print_json({"imported": list(found.new), "unchanged": found.unchanged, "skipped": skipped})
        return
    rows = [(key, "new" if not dry_run else "would be new", source.name) for key, source in found.new.items()]
    rows += [(key, "unchanged", "") for key in found.unchanged]
    rows += [(key, f"watched already as {other}", "") for key, other in found.watched.items()]
    print_table(f"{len(found.new)} sources", ("key", "state", "name"), rows)


def export_sources(
    keys: Annotated[
        list[str] | None,
        typer.Argument(metavar="[KEY]...", help="Sources; all if none.", autocompletion=source_keys),
    ] = None,
    format: Annotated[
        Format, typer.Option(help="TOML holds everything, OPML the feeds alone.")
    ] = Format.TOML,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; standard output otherwise.")
    ] = None,
) -> None:
    """Write sources as one file that `import` reads, and feed readers too where it is OPML."""
    folder = load_settings().sources_folder
    sources = (
        [source_called(folder, key) for key in keys]
        if keys
        else list(load_sources(folder, complain).values())
    )
    if format is Format.OPML:
        left = [source.key for source in sources if not source.feeds]
        if left:
            err.print(f"not in OPML, for want of a feed: {', '.join(left)}", highlight=False, soft_wrap=True)
    _put(to_opml(sources) if format is Format.OPML else bundle_toml(sources), output)


def _read(files: Iterable[Path]) -> dict[str, Source]:
    """The sources of all files; raises SourceError where two of them claim one key."""
    found: dict[str, Source] = {}
    for path in files:
        for source in read_file(path):
            if found.setdefault(source.key, source) != source:
                raise SourceError(f"{path}: {source.key}: another file has a different source of this key")
    return found


def _sort(found: Mapping[str, Source], known: Mapping[str, Source], *, force: bool) -> _Sorted:
    result = _Sorted()
    for key, source in found.items():
        others = {name: other for name, other in known.items() if name != key or not force}
        watched = watching(others, roads_of(source))
        if known.get(key) == source:
            result.unchanged.append(key)
        elif watched is not None:
            result.watched[key] = watched
        elif key in known and not force:
            raise UsageError(f"{key}: there is another source of this key already: rename it, or say --force")
        else:
            result.new[key] = source
    return result


def _put(text: str, output: Path | None) -> None:
    if output is None:
        sys.stdout.write(text)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{output}: {error.strerror}") from None
