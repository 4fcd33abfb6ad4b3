"""Running the software, each site in a folder and a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

from benchmarks.quality.layouts.values import Job, Layout, Shown
from benchmarks.quality.specimens import NOW, Specimen
from benchmarks.quality.texts import Site, Text, site, texts

#: Sites made at a time.
_SIDE_BY_SIDE = 2
_PATIENCE = 120
#: The day that the software takes for today, for the dates that it puts under its pages.
_BUILT = str(int(NOW.timestamp()) - 5 * 86_400)


class LayoutNotMadeError(RuntimeError):
    """A piece of software ended with an error, or without one of the pages."""


def make(layouts: Iterable[Layout], folder: Path) -> Iterator[Specimen]:
    """Every layout's pages, one for each text in its languages."""
    wanted = [(layout, language) for layout in layouts for language in layout.languages]
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        for made in pool.map(lambda pair: _made(pair[0], pair[1], folder), wanted):
            yield from made


def _made(layout: Layout, language: str, folder: Path) -> Sequence[Specimen]:
    place = folder / f"{layout.name}-{language}"
    place.mkdir(parents=True)
    job = Job(
        folder=place,
        theme=layout.theme,
        site=site(language),
        texts=texts(language),
        shown=layout.shown,
        options=dict(layout.options),
    )
    paths = layout.maker.write(job)
    _run(layout, layout.maker.command(job), place)
    return [
        _specimen(layout, job.site, text, place / "output", path)
        for text, path in zip(job.texts, paths, strict=True)
    ]


def _run(layout: Layout, command: Sequence[str], place: Path) -> None:
    surroundings = os.environ | {
        "SOURCE_DATE_EPOCH": _BUILT,
        "PYTHONWARNINGS": "ignore",
        "PYTHONUTF8": "1",
        "NO_MKDOCS_2_WARNING": "1",
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(  # noqa: S603 (the command comes from the catalogue of layouts)
        [sys.executable, "-m", *command],
        cwd=place,
        env=surroundings,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
    if done.returncode:
        raise LayoutNotMadeError(f"{layout.name}: exit code {done.returncode}\n{done.stdout}{done.stderr}")


def _specimen(layout: Layout, words: Site, text: Text, output: Path, path: str) -> Specimen:
    page = output / path
    if not page.is_file():
        raise LayoutNotMadeError(f"{layout.name}: there is no {path}")
    day = text.date.astimezone(ZoneInfo(words.zone)).date()
    return Specimen(
        group=layout.name,
        name=f"{layout.name}/{words.language}/{text.slug}",
        language=words.language,
        address=f"https://{layout.name}.example.org/{quote(path.removesuffix('index.html'))}",
        html=page.read_bytes(),
        title=text.title,
        body="\n".join(text.paragraphs),
        day=None if layout.shown is Shown.NOWHERE else day,
        zone=words.zone,
    )
