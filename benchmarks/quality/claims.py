"""The claims gate: which labelled passages announce a membership, and of whom in what.

Seven sets: passages open to whoever writes rules, `practice` and `fresh` that others wrote, `calibration` and `wording` that the
confidence was fitted on, passages that nobody who writes rules has seen (`blind`: totals only, and never a fault in words), and shared examples where
they lie beside the checkout. A passage is announced when a claim of it would alert but for its date.
"""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.quality.measures import Outcome
from news.names import find_names, networks, place
from news.values import Claim, Status, Verb
from reading.claims import read_claims

_ROOT = Path(__file__).parents[2]
OPEN = _ROOT / "tests" / "labelled" / "open"
PRACTICE = _ROOT / "tests" / "labelled" / "practice"
FRESH = _ROOT / "tests" / "labelled" / "fresh"
CALIBRATION = _ROOT / "tests" / "labelled" / "calibration"
WORDING = _ROOT / "tests" / "labelled" / "wording"
BLIND = _ROOT / "tests" / "labelled" / "blind"
SHARED = _ROOT.parent / "shared" / "examples" / "membership.jsonl"
#: Languages of which the rules must be deep.
FIRST = ("fa", "ar", "en", "tr", "fr", "es", "de", "ru")
#: Groups of the open set whose shares have floors; every other figure is printed as a note.
_GUARDED = ("all", "first", "fa", "ar")
_WILSON_Z = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A member and a network; None where the tables do not know one."""

    #: GeoNames id, or a plain name where the set gives no id
    city: str | None
    network: str | None

    @property
    def known(self) -> bool:
        """Whether it can alert at all."""
        return self.city is not None and self.network is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of news and the joinings that it tells as news."""

    id: str
    language: str
    title: str
    text: str
    announces: bool
    events: frozenset[Event]
    #: whether its events give names instead of ids
    by_name: bool = False

    @property
    def knowable(self) -> bool:
        """Whether at least one of its events has a member and a network that are known."""
        return any(event.known for event in self.events)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A passage and what was claimed of it."""

    passage: Passage
    events: frozenset[Event]
    #: whether a joining with an unknown member or network waits for a person
    for_review: bool


def measure() -> Outcome:
    """Shares of every set that is there; faults of the open ones only."""
    opened = [reading(passage) for passage in passages(OPEN)]
    practice = [reading(passage) for passage in passages(PRACTICE)]
    fresh = [reading(passage) for passage in passages(FRESH)]
    fitted = [reading(passage) for folder in (CALIBRATION, WORDING) for passage in passages(folder)]
    blind = [reading(passage) for passage in passages(BLIND)]
    shared = [reading(passage) for passage in shared_passages()]
    return Outcome(
        shares=_shares(opened) | _others_shares("practice", practice) | _others_shares("fresh", fresh),
        items=len(opened) + len(practice) + len(fresh) + len(fitted) + len(blind),
        faults=[fault for one in (*opened, *practice, *fresh, *shared) for fault in _faults(one)],
        notes=[
            note
            for name, of_set in (
                ("open", opened),
                ("practice", practice),
                ("fresh", fresh),
                ("calibration", fitted),
                ("blind", blind),
                ("shared", shared),
            )
            for note in _notes(name, of_set)
        ],
    )


def passages(folder: Path) -> Iterator[Passage]:
    """The passages of a folder, a file for each language; none where the folder is empty."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            events = frozenset(Event(city=_id(e["city"]), network=e["network"]) for e in row["events"])
            yield Passage(
                id=row["id"],
                language=row["lang"],
                title=row["title"],
                text=row["text"],
                announces=row["label"] == "announcement",
                events=events,
            )


def shared_passages() -> Iterator[Passage]:
    """The shared examples, whose events name cities and networks in words."""
    if not SHARED.is_file():
        return
    for line in SHARED.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield Passage(
            id=row["id"],
            language=row["lang"],
            title=row["title"],
            text=row["text"],
            announces=row["label"] == "announcement",
            events=frozenset(
                Event(city=plain(e["city"]), network=_network_key(e["network"], e["network_acronym"]))
                for e in row["events"]
            ),
            by_name=True,
        )


def reading(passage: Passage) -> Reading:
    """Read a passage as an article of its language without a source."""
    tags = find_names(title=passage.title, text=passage.text, language=passage.language, source=None)
    claims = read_claims(
        title=passage.title, text=passage.text, tags=tags, language=passage.language, source=None
    )
    return Reading(
        passage=passage,
        events=frozenset(_event(claim, passage) for claim in claims if claim.alerts),
        for_review=any(map(_waits, claims)),
    )


def wilson(hits: int, cases: int) -> tuple[float, float]:
    """The 95 % Wilson score interval of a share; all of 0 to 1 where there is no case."""
    if not cases:
        return 0.0, 1.0
    share, z2 = hits / cases, _WILSON_Z**2
    middle = share + z2 / (2 * cases)
    spread = _WILSON_Z * math.sqrt(share * (1 - share) / cases + z2 / (4 * cases**2))
    return max(0.0, (middle - spread) / (1 + z2 / cases)), min(1.0, (middle + spread) / (1 + z2 / cases))


def plain(name: str) -> str:
    """A name's letters without marks, for comparing names of two sets."""
    folded = unicodedata.normalize("NFD", name.lower())
    return "".join(c for c in folded if c.isalnum() and not unicodedata.combining(c))


def _id(city: object) -> str | None:
    return None if city is None else str(city)


def _network_key(name: str, acronym: str | None) -> str | None:
    by_name = {plain(known.name): known.key for known in networks()}
    return by_name.get(plain(name)) or (acronym.lower() if acronym else None)


def _event(claim: Claim, passage: Passage) -> Event:
    city = plain(place(claim.member).name) if passage.by_name and claim.member else claim.member
    return Event(city=city, network=claim.network)


def _waits(claim: Claim) -> bool:
    joining = claim.verb is Verb.JOINED and claim.status is Status.ANNOUNCED
    return joining and (claim.member is None or claim.network is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Share:
    """Hits among cases; of no case, all."""

    name: str
    hits: int
    cases: int

    @property
    def value(self) -> float:
        return self.hits / self.cases if self.cases else 1.0

    def __str__(self) -> str:
        low, high = wilson(self.hits, self.cases)
        return f"{self.name} {self.hits}/{self.cases} = {self.value:.3f} [{low:.3f}, {high:.3f}]"


def _figures(of_set: Sequence[Reading]) -> tuple[_Share, ...]:
    """Precision and recall of announced passages and of events, and what else must be found for review."""
    told = [one for one in of_set if one.events]
    wanted = [one for one in of_set if one.passage.announces and one.passage.knowable]
    unknown = [one for one in of_set if one.passage.announces and not one.passage.knowable]
    right = sum(len(one.events & one.passage.events) for one in of_set)
    return (
        _Share(name="precision", hits=sum(one.passage.announces for one in told), cases=len(told)),
        _Share(name="recall", hits=sum(bool(one.events) for one in wanted), cases=len(wanted)),
        _Share(name="event-precision", hits=right, cases=sum(len(one.events) for one in of_set)),
        _Share(
            name="event-recall",
            hits=right,
            cases=sum(event.known for one in of_set for event in one.passage.events),
        ),
        _Share(name="review", hits=sum(one.for_review for one in unknown), cases=len(unknown)),
    )


def _groups(of_set: Sequence[Reading]) -> Iterator[tuple[str, list[Reading]]]:
    yield "all", list(of_set)
    yield "first", [one for one in of_set if one.passage.language in FIRST]
    for language in dict.fromkeys(one.passage.language for one in of_set):
        yield language, [one for one in of_set if one.passage.language == language]


def _shares(opened: Sequence[Reading]) -> dict[str, float]:
    """What must never sink: the open set as a whole, its first languages, and the two deepest."""
    return {
        f"claims.{group}.{figure.name}": figure.value
        for group, members in _groups(opened)
        if group in _GUARDED
        for figure in _figures(members)
        if figure.cases and figure.hits
    }


def _others_shares(name: str, readings: Sequence[Reading]) -> dict[str, float]:
    """The same of passages that others wrote, all languages together."""
    return {f"claims.{name}.{figure.name}": figure.value for figure in _figures(readings) if figure.cases}


def _notes(name: str, of_set: Sequence[Reading]) -> Iterator[str]:
    for group, members in _groups(of_set):
        if members:
            figures = "; ".join(str(figure) for figure in _figures(members) if figure.cases)
            yield f"{name} {group} ({len(members)}): {figures}"


def _faults(one: Reading) -> Iterator[str]:
    passage = one.passage
    wanted = frozenset(event for event in passage.events if event.known)
    if not passage.announces and one.events:
        yield f"{passage.id}: false alarm {_shown(one.events, passage)}"
        return
    if passage.announces and not passage.knowable and not one.for_review:
        yield f"{passage.id}: lost, nothing waits for review"
    if wanted - one.events:
        yield f"{passage.id}: silent about {_shown(wanted - one.events, passage)}"
    if one.events - wanted:
        yield f"{passage.id}: too many {_shown(one.events - wanted, passage)}"


def _shown(events: Iterable[Event], passage: Passage) -> str:
    names = (event.city if passage.by_name else _name(event.city) for event in events)
    return ", ".join(sorted(f"{name}/{event.network}" for name, event in zip(names, events, strict=True)))


def _name(city: str | None) -> str | None:
    try:
        return place(city).name if city else None
    except KeyError:
        return city
