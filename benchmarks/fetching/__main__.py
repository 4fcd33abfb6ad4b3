"""`python -m benchmarks.fetching`: pages per second, memory and polling, beside others in the same run.

All fetch the same pages from a server on loopback, one contestant after the other. The machine is rarely idle:
the ratios are what to look at.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from benchmarks.fetching import polling
from benchmarks.fetching.costs import Cost, run
from benchmarks.fetching.pages import REAL, address
from benchmarks.fetching.server import serving

_PAGES, _SOURCES = 1_000, 400
#: Processes that read pages, for every contestant that has any.
READERS = 2
#: Of the crawl whose memory is watched, bytes.
_SMALL = 4_000
#: Slow contestants are given so many pages at most: it is their rate that counts.
_ENOUGH = 150
_NEWS_PLEASE = """
import sys
from concurrent.futures import ProcessPoolExecutor
from newsplease import NewsPlease
addresses = open(sys.argv[1]).read().split()
with ProcessPoolExecutor(int(sys.argv[2])) as pool:
    print(sum(bool(found and found.maintext) for found in pool.map(NewsPlease.from_url, addresses)))
"""
#: Its politeness waits between two pages of a host; here nobody is to be spared.
_TRAFILATURA = """[DEFAULT]
DOWNLOAD_TIMEOUT = 30
MAX_FILE_SIZE = 20000000
MIN_FILE_SIZE = 10
SLEEP_TIME = 0
USER_AGENTS =
COOKIE =
MAX_REDIRECTS = 2
MIN_EXTRACTED_SIZE = 250
MIN_EXTRACTED_COMM_SIZE = 1
MIN_OUTPUT_SIZE = 1
MIN_OUTPUT_COMM_SIZE = 1
MAX_TREE_SIZE =
EXTRACTION_TIMEOUT = 30
MIN_DUPLCHECK_SIZE = 100
MAX_REPETITIONS = 2
EXTENSIVE_DATE_SEARCH = on
EXTERNAL_URLS = off
SSRF_PROTECTION = off
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a contestant did with so many pages."""

    name: str
    pages: int
    kept: int
    cost: Cost

    @property
    def rate(self) -> float:
        """Pages a second."""
        return self.pages / self.cost.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Where the contestants run: a folder to write to, and the addresses of the pages."""

    folder: Path
    origin: str
    addresses: Sequence[str]
    #: interpreter in which other crawlers are installed
    peers: str

    def listed(self, name: str, count: int) -> Path:
        """A file of the first addresses."""
        path = self.folder / f"{name}.txt"
        path.write_text("\n".join(self.addresses[:count]), encoding="ascii")
        return path

    def log(self, name: str) -> Path:
        """Where a contestant's complaints go."""
        return self.folder / f"{name}.log"


def jarchi(field: Field) -> Ran:
    """The command as it is installed: evidence, names and claims are on.

    Its tables stand, as they do from a home's first command on.
    """
    home, jarchi = field.folder / "home", [sys.executable, "-m", "cli"]
    variables = polling.environment(home, {"bench": f'sitemaps = ["{field.origin}/sitemap.xml"]'})
    run([*jarchi, "db", "upgrade"], variables, log=field.log("upgrade"))
    cost = run([*jarchi, "crawl", "bench", "--json"], variables, log=field.log("jarchi"))
    (found,) = json.loads(cost.output)["runs"]
    return Ran(name="jarchi", pages=found["fetched"], kept=found["new"] + found["duplicates"], cost=cost)


def plain(field: Field) -> Ran:
    """The plain stack."""
    count = len(field.addresses)
    listed, database = str(field.listed("plain", count)), str(field.folder / "plain.db")
    command = [sys.executable, "-m", "benchmarks.fetching.plain", listed, database, str(READERS)]
    cost = run(command, log=field.log("plain"))
    return Ran(name="plain stack", pages=count, kept=json.loads(cost.output)["kept"], cost=cost)


def trafilatura(field: Field) -> Ran:
    """Trafilatura's own command, which fetches in threads and reads in processes."""
    count = min(len(field.addresses), 2 * _ENOUGH)
    settings, into = field.folder / "trafilatura.cfg", field.folder / "trafilatura"
    settings.write_text(_TRAFILATURA, encoding="ascii")
    into.mkdir()
    command = [
        field.peers, "-m", "trafilatura.cli", "--input-file", str(field.listed("trafilatura", count)), "--parallel",
        str(READERS), "--output-dir", str(into), "--with-metadata", "--config-file", str(settings),
    ]  # fmt: skip
    cost = run(command, log=field.log("trafilatura"))
    return Ran(
        name="trafilatura", pages=count, kept=sum(file.is_file() for file in into.rglob("*")), cost=cost
    )


def news_please(field: Field) -> Ran:
    """news-please as a library, in the same pool."""
    count = min(len(field.addresses), _ENOUGH)
    listed = str(field.listed("news-please", count))
    cost = run([field.peers, "-c", _NEWS_PLEASE, listed, str(READERS)], log=field.log("news-please"))
    return Ran(name="news-please", pages=count, kept=int(cost.output), cost=cost)


#: Module → contestant: those that may be missing.
_PEERS: dict[str, Callable[[Field], Ran]] = {"trafilatura": trafilatura, "newsplease": news_please}


def race(pages: int, peers: str, say: Callable[[str], None]) -> list[Ran]:
    """Ours, the plain stack, and the crawlers that are installed, on pages of real size."""
    found = []
    with serving(pages) as port, TemporaryDirectory(prefix="fetching-") as folder:
        origin = f"http://127.0.0.1:{port}"
        field = Field(
            folder=Path(folder), origin=origin, addresses=[origin + address(number) for number in range(pages)],
            peers=peers,
        )  # fmt: skip
        for contestant in (jarchi, plain):
            found.append(contestant(field))
            say(f"{found[-1].name}: {found[-1].rate:.1f} pages/s")
        for module, peer in _PEERS.items():
            if subprocess.run([peers, "-c", f"import {module}"], capture_output=True, check=False).returncode:  # noqa: S603
                say(f"{module}: skipped, it is not installed in {peers}")
                continue
            try:
                found.append(peer(field))
                say(f"{found[-1].name}: {found[-1].rate:.1f} pages/s")
            except subprocess.CalledProcessError as error:
                say(f"{module}: skipped, it failed: {str(error.stderr).strip()[-300:]}")
    return found


#: Contestant → the least that our pages per second are of its.
_GOALS = {"plain stack": 2.2, "trafilatura": 3.0, "news-please": 12.0}
_MEMORY, _POLLS, _GROWTH = 450.0, 6_000.0, 1.1


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; nothing fails here but a contestant that lost pages."""
    parser = argparse.ArgumentParser(prog="benchmarks.fetching", description=__doc__)
    parser.add_argument(
        "--pages", type=int, default=_PAGES, metavar="N", help="of real size; ten times as many small ones"
    )
    parser.add_argument("--sources", type=int, default=_SOURCES, metavar="N", help="polled with nothing new")
    parser.add_argument(
        "--peers", default=sys.executable, metavar="PYTHON", help="interpreter that has news-please"
    )
    parser.add_argument("--only", choices=("race", "polls", "growth"), help="one of the three parts")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    options = parser.parse_args(arguments)
    out = Console(stderr=options.json)
    parts = (options.only,) if options.only else ("race", "polls", "growth")
    ran = race(options.pages, options.peers, out.print) if "race" in parts else []
    polls = polling.polls(options.sources) if "polls" in parts else None
    growth = polling.growth(10 * options.pages, _SMALL) if "growth" in parts else None
    if options.json:
        found = {"pages": options.pages, "race": [asdict(one) for one in ran]}
        print(json.dumps(found | {"polls": polls and asdict(polls), "growth": growth and asdict(growth)}))
    else:
        out.print(_rates(ran, options.pages)) if ran else None
        out.print(_others(polls, growth)) if polls or growth else None
    return 0 if all(one.kept == one.pages for one in ran if one.name == "jarchi") else 1


def _rates(ran: Sequence[Ran], pages: int) -> Table:
    title = f"{pages} pages of {REAL // 1000} KB, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    table = Table(
        "", "pages", "kept", "pages/s", "CPU s per 1,000", "peak PSS MB", "ours / its", "goal",
        title=title, title_justify="left",
    )  # fmt: skip
    ours = ran[0]
    for one in ran:
        goal = f"under {_MEMORY:.0f} MB" if one is ours else f"{_GOALS[one.name]:g}"
        ratio = "" if one is ours else f"{ours.rate / one.rate:.2f}"
        per_thousand = 1000 * one.cost.processor / one.pages
        table.add_row(
            one.name, str(one.pages), str(one.kept), f"{one.rate:.1f}", f"{per_thousand:.1f}", f"{one.cost.memory:.0f}",
            ratio, goal,
        )  # fmt: skip
    return table


def _others(polls: polling.Polls | None, growth: polling.Growth | None) -> Table:
    table = Table("", "measured", "goal", title="Polling and memory", title_justify="left")
    if polls:
        table.add_row(
            f"sources a minute and core, {polls.sources} that answer 304",
            f"{polls.rate:.0f}",
            f"{_POLLS:.0f}",
        )
    if growth:
        few, many = growth.few, growth.many
        table.add_row(
            f"a worker's RSS after {few} and {many} small pages",
            f"{growth.at_few:.0f} and {growth.at_many:.0f} MB: × {growth.at_many / growth.at_few:.2f}",
            f"under × {_GROWTH}",
        )
        table.add_row("small pages per second", f"{growth.rate:.0f}", "")
    return table


if __name__ == "__main__":
    sys.exit(main())
