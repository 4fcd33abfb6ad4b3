"""`python -m benchmarks.public DIR`: the reader beside trafilatura on public sets that a person fetched.

Two layouts are known, in DIR itself or one or two folders below it: the article-extraction-benchmark
(`ground-truth.json` beside `html/*.html.gz`), and trafilatura's own evaluation (`evaldata.json` beside
`cache/` and `eval/`). Each is scored by its own method, page by page, so that the interval is paired.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import trafilatura
from rich.console import Console
from rich.progress import track
from rich.table import Table

from news.values import Article, Page
from reading import read_page

#: True positives, false positives and false negatives of one page.
Counts = tuple[float, float, float]
OURS, THEIRS = "reading.read_page", ("trafilatura default", "trafilatura without comments")
_SHINGLE, _RESAMPLES, _SEED = 4, 1000, 20260101
_SPACE, _WORD = re.compile(r"\s+"), re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicPage:
    """A page, and how its set counts what is read from it."""

    url: str
    html: bytes
    count: Callable[[str], Counts]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicSet:
    """A set, and how it makes one F1 of its pages' counts."""

    name: str
    pages: Sequence[PublicPage]
    f1: Callable[[Sequence[Counts]], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """F1 of each reader on a set, and how far ours lies above each of theirs."""

    name: str
    pages: int
    f1: Mapping[str, float]
    #: our F1 less theirs: mean, and the interval that holds 95 % of the resamples
    differences: Mapping[str, tuple[float, float, float]]
    #: pages of which the reader made no article, by reason
    refused: Mapping[str, int] = field(default_factory=dict)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 2 where the folder holds no set that is known."""
    parser = argparse.ArgumentParser(prog="benchmarks.public", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--json", action="store_true", help="one JSON line for each set")
    options = parser.parse_args(arguments)
    sets = list(public_sets(options.folder))
    if not sets:
        print(f"{options.folder}: neither ground-truth.json nor evaldata.json below it", file=sys.stderr)
        return 2
    for one in sets:
        result = compare(one)
        if options.json:
            print(json.dumps(_as_json(result), ensure_ascii=False))
        else:
            Console().print(_table(result))
    return 0


def public_sets(folder: Path) -> Iterator[PublicSet]:
    """The sets in a folder and those below it."""
    for place in sorted((folder, *folder.glob("*/"), *folder.glob("*/*/"))):
        if (place / "ground-truth.json").is_file() and (place / "html").is_dir():
            yield PublicSet(name=str(place), pages=list(_benchmark_pages(place)), f1=f1_of_means)
        if (place / "evaldata.json").is_file():
            yield PublicSet(name=str(place), pages=list(_evaluation_pages(place)), f1=f1_of_sums)


def compare(wanted: PublicSet) -> Result:
    """Every reader on the same pages."""
    counts: dict[str, list[Counts]] = {name: [] for name in (OURS, *THEIRS)}
    refused: Counter[str] = Counter()
    for page in track(wanted.pages, description=wanted.name, console=Console(stderr=True), transient=True):
        text, reason = _ours(page)
        refused.update([reason] if reason else [])
        for name, found in zip(counts, (text, *_theirs(page.html)), strict=True):
            counts[name].append(page.count(found))
    return Result(
        name=wanted.name,
        pages=len(wanted.pages),
        f1={name: wanted.f1(found) for name, found in counts.items()},
        differences={name: difference(counts[OURS], counts[name], wanted.f1) for name in THEIRS},
        refused=refused,
    )


def difference(
    ours: Sequence[Counts], theirs: Sequence[Counts], f1: Callable[[Sequence[Counts]], float]
) -> tuple[float, float, float]:
    """Mean and 95 % interval of the difference, over the same resamples of the pages for both."""
    chance = random.Random(_SEED)  # noqa: S311 (statistics, and the same on every run)
    found = []
    for _ in range(_RESAMPLES):
        chosen = chance.choices(range(len(ours)), k=len(ours))
        found.append(f1([ours[index] for index in chosen]) - f1([theirs[index] for index in chosen]))
    found.sort()
    return sum(found) / len(found), found[int(0.025 * len(found))], found[int(0.975 * len(found)) - 1]


def shingle_counts(truth: str, found: str) -> Counts:
    """Shares of the runs of four words that both texts have, that only the found one has, that only the truth has."""
    wanted, got = _shingles(truth), _shingles(found)
    common, surplus, lost = (wanted & got).total(), (got - wanted).total(), (wanted - got).total()
    total = common + surplus + lost
    return (common / total, surplus / total, lost / total) if total else (0.0, 0.0, 0.0)


def segment_counts(wanted: Sequence[str], unwanted: Sequence[str], found: str) -> Counts:
    """How many passages that belong to the text came, how many came that do not, how many are missing."""
    text = _spaced(found)
    there = sum(_spaced(passage) in text for passage in wanted)
    return there, sum(_spaced(passage) in text for passage in unwanted), len(wanted) - there


def f1_of_means(counts: Sequence[Counts]) -> float:
    """The article-extraction-benchmark's way: of mean precision and mean recall over the pages."""
    precisions = [hit / (hit + surplus) for hit, surplus, _ in counts if hit + surplus]
    recalls = [hit / (hit + lost) for hit, _, lost in counts if hit + lost]
    precision = sum(precisions) / max(1, len(precisions))
    recall = sum(recalls) / max(1, len(recalls))
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def f1_of_sums(counts: Sequence[Counts]) -> float:
    """Trafilatura's way: of all passages of all pages together."""
    hits, surplus, lost = (sum(column) for column in zip(*counts, strict=True))
    return 2 * hits / (2 * hits + surplus + lost) if hits else 0.0


def _benchmark_pages(place: Path) -> Iterator[PublicPage]:
    truths: dict[str, dict[str, str]] = _load(place / "ground-truth.json")
    for key, truth in sorted(truths.items()):
        html = gzip.decompress((place / "html" / f"{key}.html.gz").read_bytes())
        body = truth.get("articleBody", "")
        yield PublicPage(url=truth.get("url", ""), html=html, count=_counter(shingle_counts, body))


def _evaluation_pages(place: Path) -> Iterator[PublicPage]:
    entries: dict[str, dict[str, Any]] = _load(place / "evaldata.json")
    for url, entry in sorted(entries.items()):
        path = next(
            (path for part in ("cache", "eval") if (path := place / part / entry["file"]).is_file()), None
        )
        if path is not None:
            count = _counter(segment_counts, entry["with"], entry["without"])
            yield PublicPage(url=url, html=path.read_bytes(), count=count)


def _counter(method: Callable[..., Counts], *truth: Any) -> Callable[[str], Counts]:
    return lambda found: method(*truth, found)


def _load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _ours(page: PublicPage) -> tuple[str, str]:
    """The text, or nothing and the reason why."""
    now = datetime.now(UTC)
    fetched = Page(
        address=page.url,
        final_address=page.url,
        status=200,
        headers=(("content-type", "text/html"),),
        body=page.html,
        fetched_at=now,
    )
    outcome = read_page(fetched, now=now)
    return (outcome.text, "") if isinstance(outcome, Article) else ("", outcome.refusal)


def _theirs(html: bytes) -> tuple[str, str]:
    return trafilatura.extract(html) or "", trafilatura.extract(html, include_comments=False) or ""


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    runs = (tuple(words[start : start + _SHINGLE]) for start in range(max(1, len(words) - _SHINGLE + 1)))
    return Counter(run for run in runs if run)


def _spaced(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _as_json(result: Result) -> dict[str, object]:
    return {
        "set": result.name,
        "pages": result.pages,
        "f1": dict(result.f1),
        "ours_less_theirs": {
            name: {"mean": mean, "low": low, "high": high}
            for name, (mean, low, high) in result.differences.items()
        },
        "refused": dict(result.refused),
    }


def _table(result: Result) -> Table:
    refused = ", ".join(f"{count} {reason}" for reason, count in sorted(result.refused.items())) or "none"
    table = Table(
        "reader",
        "F1",
        "ours less this (95 %)",
        title=f"{result.name}: {result.pages} pages; refused by ours: {refused}",
        title_justify="left",
    )
    for name, f1 in result.f1.items():
        mean, low, high = result.differences.get(name, (0.0, 0.0, 0.0))
        shown = f"{mean:+.4f} ({low:+.4f} to {high:+.4f})" if name in result.differences else ""
        table.add_row(name, f"{f1:.4f}", shown)
    return table


if __name__ == "__main__":
    sys.exit(main())
