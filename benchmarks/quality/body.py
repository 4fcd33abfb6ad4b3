"""The body gate: text, title and date of pages in real themes and of the sample sites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from benchmarks.quality import scores, sites
from benchmarks.quality.layouts import LAYOUTS, make
from benchmarks.quality.layouts.values import Layout
from benchmarks.quality.measures import Outcome, share
from benchmarks.quality.specimens import NOW, Specimen
from news.values import Article, Dated, NotArticle, Precision
from reading import read_page

#: Letters below which a text is one of the short notices.
_SHORT = 320
#: Below this a body is named among the faults.
_GOOD = 0.98


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of one page."""

    specimen: Specimen
    outcome: Article | NotArticle
    f1: float
    title: bool
    date: bool
    #: whether a date was told that is not the page's
    misdated: bool


def specimens(layouts: Sequence[Layout] = LAYOUTS) -> list[Specimen]:
    """The pages of the layouts and of the sample sites."""
    with TemporaryDirectory(prefix="layouts-") as folder:
        return [*make(layouts, Path(folder)), *sites.specimens().values()]


def measure(wanted: Sequence[Specimen] | None = None) -> Outcome:
    """Read every page as a stranger's: no source describes it, no list pointed at it."""
    wanted = specimens() if wanted is None else wanted
    readings = [read(specimen) for specimen in wanted]
    short = [one for one in readings if len(one.specimen.body) < _SHORT]
    groups = dict.fromkeys(one.specimen.group for one in readings)
    by_group = {group: [one.f1 for one in readings if one.specimen.group == group] for group in groups}
    return Outcome(
        shares={
            "body.f1": share([one.f1 for one in readings]),
            "body.f1-short": share([one.f1 for one in short]),
            "body.zwnj": _zwnj(readings),
            "body.titles": share([one.title for one in readings]),
            "body.dates": share([one.date for one in readings]),
            "body.dates-not-wrong": 1 - share([one.misdated for one in readings]),
            "body.languages": share([_language(one.outcome) == one.specimen.language for one in readings]),
            **{f"body.layouts.{group}": share(found) for group, found in by_group.items()},
        },
        items=len(readings),
        faults=[fault for one in readings for fault in _faults(one)],
    )


def read(specimen: Specimen) -> Reading:
    """One page against its truth; a page that is refused has lost everything."""
    outcome = read_page(specimen.page, now=NOW)
    if isinstance(outcome, NotArticle):
        return Reading(specimen=specimen, outcome=outcome, f1=0.0, title=False, date=False, misdated=False)
    date = _is_dated_right(specimen, outcome.dated)
    return Reading(
        specimen=specimen,
        outcome=outcome,
        f1=scores.f1(specimen.body, outcome.text),
        title=outcome.title == specimen.title,
        date=date,
        misdated=outcome.dated is not None and not date,
    )


def _is_dated_right(specimen: Specimen, dated: Dated | None) -> bool:
    if dated is None or specimen.day is None:
        return dated is None and specimen.day is None
    day = dated.moment.astimezone(ZoneInfo(specimen.zone)).date()
    return dated.precision is not Precision.MONTH and day == specimen.day


def _zwnj(readings: Sequence[Reading]) -> float:
    counts = [scores.joined(one.specimen.body, _text(one.outcome)) for one in readings]
    return sum(kept for kept, _ in counts) / max(1, sum(there for _, there in counts))


def _text(outcome: Article | NotArticle) -> str:
    return outcome.text if isinstance(outcome, Article) else ""


def _language(outcome: Article | NotArticle) -> str:
    return outcome.language.code if isinstance(outcome, Article) else ""


def _faults(one: Reading) -> list[str]:
    name = one.specimen.name
    if isinstance(one.outcome, NotArticle):
        return [f"{name}: no article ({one.outcome.refusal}) {one.outcome.detail}"]
    found = []
    if one.f1 < _GOOD:
        found.append(f"{name}: body {one.f1:.3f}; {_difference(one.specimen.body, one.outcome.text)}")
    if not one.title:
        found.append(f"{name}: title «{one.outcome.title}», not «{one.specimen.title}»")
    if not one.date:
        dated = one.outcome.dated
        got = f"{dated.moment:%Y-%m-%d} to the {dated.precision} from {dated.provenance}" if dated else "none"
        found.append(f"{name}: date {got}, not {one.specimen.day}")
    return found


def _difference(truth: str, found: str) -> str:
    wanted, got = scores.words(truth), scores.words(found)
    surplus, lost = list((got - wanted).elements()), list((wanted - got).elements())
    return f"{len(surplus)} words too many: {' '.join(surplus[:8])}; {len(lost)} lost: {' '.join(lost[:8])}"
