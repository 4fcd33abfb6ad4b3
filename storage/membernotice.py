"""The notice of what came and went on a list of members: an article of ours, with a claim for each row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from news.names import naming
from news.values import (
    ALERT_CONFIDENCE,
    Article,
    Claim,
    Dated,
    Language,
    Part,
    Precision,
    Provenance,
    Span,
    Status,
    Tag,
    TagKind,
    Verb,
)
from storage.tables import MemberRow, MemberSnapshotRow

#: The rule that claims and tags of lists are marked with.
RULE = "members-list"
#: A new row on the network's own site; one whose country the list does not say.
_SURE, _WITHOUT_COUNTRY = 0.95, 0.85
#: A lost row may be an oversight: it never alerts unless a person agrees.
_LOST = ALERT_CONFIDENCE / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A row that came or went, and the snapshots that show it."""

    row: MemberRow
    verb: Verb
    before: MemberSnapshotRow
    after: MemberSnapshotRow


def notice(changes: Sequence[Change], network: str, source: str, address: str, now: datetime) -> Article:
    """What a reading changed, said in a line each, dated by the day on which it was first seen (UTC)."""
    name = naming.network_name(network) or network
    lines = [_line(change, name, now) for change in changes]
    text = "\n".join([*lines, *_compared(changes), f"The list: {address}"])
    starts = [sum(len(line) + 1 for line in lines[:index]) for index in range(len(lines))]
    placed = list(zip(changes, lines, starts, strict=True))
    return Article(
        url=address,
        source=source,
        title=_title(changes, name),
        text=text,
        language=Language(code="en", confidence=1.0),
        fetched_at=now,
        dated=Dated(
            moment=datetime.combine(now.astimezone(UTC).date(), time(), UTC),
            precision=Precision.DAY,
            provenance=Provenance.SEEN,
        ),
        tags=tuple(_tags(placed, network, name)),
        claims=tuple(_claim(change, line, start, network, name) for change, line, start in placed),
    )


def _title(changes: Sequence[Change], network: str) -> str:
    counts = {verb: sum(change.verb is verb for change in changes) for verb in (Verb.JOINED, Verb.LEFT)}
    said = {Verb.JOINED: "new", Verb.LEFT: "gone"}
    return f"List of members of {network}: " + ", ".join(
        f"{count} {said[verb]}" for verb, count in counts.items() if count
    )


def _line(change: Change, network: str, now: datetime) -> str:
    row = change.row
    who = f"{row.name}, {naming.country_name(row.country)}," if row.country else row.name
    if change.verb is Verb.JOINED:
        return f"{who} is new on the list of members of {network}; it was first seen there on {now:%Y-%m-%d}."
    return (
        f"{who} is no longer on the list of members of {network}; it was last seen there on {row.last_at:%Y-%m-%d} "
        f"and missing since {row.missing_since or now:%Y-%m-%d}."
    )


def _compared(changes: Sequence[Change]) -> Iterable[str]:
    """The readings that show the difference."""
    pairs = {(change.before.id, change.after.id): change for change in changes}
    for change in pairs.values():
        before, after = change.before, change.after
        yield (
            f"Compared: {before.count} rows until {before.last_at:%Y-%m-%d %H:%M} UTC (SHA-256 {before.digest[:16]}) "
            f"with {after.count} rows since {after.taken_at:%Y-%m-%d %H:%M} UTC (SHA-256 {after.digest[:16]})."
        )


def _tags(placed: Sequence[tuple[Change, str, int]], network: str, name: str) -> Iterable[Tag]:
    for change, line, start in placed:
        if change.row.member is not None:
            alias = change.row.name
            span = Span(part=Part.TEXT, start=start, end=start + len(alias))
            yield Tag(kind=TagKind.CITY, key=change.row.member, alias=alias, span=span, rule=RULE)
        at = start + line.index(name, len(change.row.name))
        span = Span(part=Part.TEXT, start=at, end=at + len(name))
        yield Tag(kind=TagKind.NETWORK, key=network, alias=name, span=span, rule=RULE)


def _claim(change: Change, line: str, start: int, network: str, name: str) -> Claim:
    row = change.row
    joined = _SURE if row.country else _WITHOUT_COUNTRY
    return Claim(
        member=row.member,
        network=network,
        verb=change.verb,
        status=Status.ANNOUNCED,
        sentence=line,
        span=Span(part=Part.TEXT, start=start, end=start + len(line)),
        confidence=joined if change.verb is Verb.JOINED else _LOST,
        rule=RULE,
        member_name=row.name,
        network_name=name,
    )
