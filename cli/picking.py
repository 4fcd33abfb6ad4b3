"""Sources, networks, cities, languages and days as people type them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from news.errors import UsageError
from news.names.picking import city_key, network_key
from news.values import Source, SourceKind
from spiders.catalogue import find_source, load_sources
from storage.days import day_span
from storage.known import unknown

__all__ = (
    "city_key", "country_code", "day", "known_sources", "language_code", "network_key", "source_called", "source_keys",
)  # fmt: skip


def source_called(folder: Path, key: str) -> Source:
    """The source of a key; raises UsageError for an unknown one, and for a broken file where it is the one meant."""
    sources = load_sources(folder, on_error=lambda _: None)
    if key not in sources and (folder / f"{key}.toml").is_file():
        load_sources(folder)
    return find_source(sources, key)


def source_keys(session: Session, folder: Path, keys: Iterable[str] | None) -> tuple[str, ...]:
    """Keys to search for; raises UsageError for one that is neither described nor was ever crawled."""
    wanted = tuple(keys or ())
    if wanted:
        known = known_sources(session, folder)
        for key in wanted:
            if key not in known:
                source_called(folder, key)
    return wanted


def language_code(text: str | None) -> str | None:
    """The code of a language; raises UsageError for what is none."""
    return _known("language", text.lower()) if text is not None else None


def country_code(text: str | None) -> str | None:
    """An ISO 3166 code; raises UsageError for what is none."""
    return _known("country", text.upper()) if text is not None else None


def _known(option: str, value: str) -> str:
    if wrong := unknown(option, value):
        raise UsageError(f"--{option}: {wrong}")
    return value


def day(name: str, text: str | None) -> datetime | None:
    """The beginning of a day, month or year, Gregorian or Jalali, UTC; raises UsageError naming the option."""
    if text is None:
        return None
    span = day_span(text)
    if span is None:
        raise UsageError(f"--{name}: not a day like 2024-05-31 or 1403/03/11: {text!r}")
    return span[0]


def source_kind(text: str | None) -> str | None:
    """A kind of source; raises UsageError for what is none."""
    if text is None or text.lower() in set(SourceKind):
        return text and text.lower()
    raise UsageError(f"--kind: {unknown('kind', text.lower())}; there are {', '.join(SourceKind)}")


def known_sources(session: Session, folder: Path) -> frozenset[str]:
    """The keys of the sources that are described, or that were ever crawled."""
    from storage import runs  # noqa: PLC0415 - its tables take a fifth of a second, which a plain search does not wait for

    return frozenset((*load_sources(folder, on_error=lambda _: None), *runs.states(session)))


def source_kinds(folder: Path) -> dict[str, str]:
    """The kind of every source that is described."""
    return {key: source.kind.value for key, source in load_sources(folder, on_error=lambda _: None).items()}
