"""`jarchi sources politeness`: what was asked of a source's hosts, for the webmaster who complains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from sqlmodel import Session

from cli.completing import source_keys
from cli.opening import archive
from cli.output import JsonOption, print_json, print_line, print_table
from cli.picking import source_called
from crawler.manners import Manners, general, hosts_of, manners_of_hosts
from crawler.robots import RobotsView, is_withheld
from news.addresses import host_key, same_site
from news.settings import load_settings
from news.values import Source
from spiders.catalogue import load_sources
from storage import hosts
from storage.hosts import HostHour, HostRecord

KeyArgument = Annotated[str, typer.Argument(metavar="KEY", autocompletion=source_keys)]


def politeness(
    key: KeyArgument,
    days: Annotated[int, typer.Option(min=1, max=92, help="How many days back, today included.")] = 7,
    json: JsonOption = False,
) -> None:
    """The proof of politeness: the requests to a source's hosts by day and hour, their gaps, and what was obeyed."""
    settings = load_settings()
    source = source_called(settings.sources_folder, key)
    base = general(settings)
    known = manners_of_hosts(load_sources(settings.sources_folder, lambda _: None).values(), base)
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    since = today - timedelta(days=days - 1)
    with archive(settings) as store, store.reading() as session:
        records = [hosts.record(session, host, since) for host in _hosts(session, source)]
    objects = [
        _object(record, known.get(record.host, base), source, settings.user_agent, today)
        for record in records
    ]
    if json:
        print_json({"key": key, "since": since.isoformat(), "zone": "UTC", "hosts": objects})
        return
    for record, found in zip(records, objects, strict=True):
        _show(record, found)


def _hosts(session: Session, source: Source) -> list[str]:
    """The hosts of a source, and those of their other spellings that were asked: a site may move to its www."""
    own = hosts_of(source)
    asked = {
        host
        for host in hosts.known_hosts(session)
        if any(same_site(f"http://{host}", f"http://{one}") for one in own)
    }
    return sorted({*own, *asked})


def _object(
    record: HostRecord, manners: Manners, source: Source, agent: str, today: datetime
) -> dict[str, Any]:
    is_today = record.asked_at is not None and record.asked_at >= today
    return {
        "host": record.host,
        "requests": sum(hour.requests for hour in record.hours),
        "last_request": _iso(record.asked_at),
        "shortest_gap": _shortest(record.hours),
        "median_gap": _rounded(hosts.median_gap(record.hours)),
        "days": [_period(day, hours) for day, hours in _by_day(record.hours).items()],
        "hours": [_period(hour.hour.isoformat(), (hour,)) for hour in record.hours],
        "delay": max(manners.delay, record.crawl_delay or 0.0),
        "user_agent": agent,
        "robots": _robots(record, source, agent),
        "retry_after": {
            "told": sum(hour.told_to_wait for hour in record.hours),
            "told_at": _iso(record.closed_at), "until": _iso(record.closed_until), "next_request": _iso(record.opened_at),
        },
        "budget": manners.budget,
        "today": record.today if is_today else 0,
        "quiet": list(map(str, manners.quiet)),
        "put_off": sum(hour.put_off for hour in record.hours),
    }  # fmt: skip


def _by_day(hours: Sequence[HostHour]) -> dict[str, list[HostHour]]:
    found: dict[str, list[HostHour]] = {}
    for hour in hours:
        found.setdefault(hour.hour.date().isoformat(), []).append(hour)
    return found


def _period(name: str, hours: Sequence[HostHour]) -> dict[str, Any]:
    return {
        "from": name,
        "requests": sum(hour.requests for hour in hours),
        "shortest_gap": _shortest(hours),
        "median_gap": _rounded(hosts.median_gap(hours)),
        "told_to_wait": sum(hour.told_to_wait for hour in hours),
        "put_off": sum(hour.put_off for hour in hours),
    }


def _robots(record: HostRecord, source: Source, agent: str) -> dict[str, Any] | None:
    if record.robots_at is None:
        return None
    view = RobotsView(text=record.robots or "", agent=agent)
    is_gone = is_withheld(record.robots_status, record.robots_stands_at, datetime.now(UTC))
    roads = [road for road in source.roads if host_key(road) == record.host]
    return {
        "seen_at": _iso(record.robots_at), "status": record.robots_status,
        "stands_since": _iso(record.robots_stands_at), "crawl_delay": record.crawl_delay,
        "allows": {road: view.allows(road) and not is_gone for road in roads},
        "sitemaps": list(view.sitemaps), "text": record.robots,
    }  # fmt: skip


def _show(record: HostRecord, found: dict[str, Any]) -> None:
    columns = ("from", "requests", "shortest_gap", "median_gap", "told_to_wait", "put_off")
    rows = [[period[name] for name in columns] for period in found["days"]]
    print_table(
        f"{record.host}: {found['requests']} requests",
        ("day (UTC)", "requests", "shortest gap, s", "median gap, s", "told to wait", "put off"),
        rows,
    )
    by_clock: Counter[int] = Counter()
    for hour in record.hours:
        by_clock[hour.hour.hour] += hour.requests
    if by_clock:
        clock = ", ".join(f"{hour:02}h {count}" for hour, count in sorted(by_clock.items()))
        print_line(f"requests by the hour of the day (UTC): {clock}")
    print_line(f"last request: {found['last_request'] or 'never'}")
    print_line(f"least pause after an answer: {found['delay']:g} s")
    print_line(f"User-Agent: {found['user_agent']}")
    print_line(f"requests today: {found['today']} of {found['budget'] or 'no bound'}")
    print_line(f"quiet hours: {', '.join(found['quiet']) or 'none'}")
    _show_retry_after(found["retry_after"])
    _show_robots(found["robots"])


def _show_retry_after(said: dict[str, Any]) -> None:
    if said["told_at"] is None:
        print_line("Retry-After: never said")
        return
    after = said["next_request"] or "none yet"
    print_line(f"Retry-After: last said {said['told_at']}, until {said['until']}; the next request: {after}")


def _show_robots(robots: dict[str, Any] | None) -> None:
    if robots is None:
        print_line("robots.txt: not seen yet")
        return
    delay = f", asks for {robots['crawl_delay']:g} s between requests" if robots["crawl_delay"] else ""
    print_line(f"robots.txt: seen {robots['seen_at']}, status {robots['status']}{delay}")
    if robots["stands_since"] not in (None, robots["seen_at"]):
        print_line(f"  the one of {robots['stands_since']} stands")
    for road, allowed in robots["allows"].items():
        print_line(f"  {'allows' if allowed else 'forbids'} {road}")
    for sitemap in robots["sitemaps"]:
        print_line(f"  names {sitemap}")
    for line in (robots["text"] or "").splitlines():
        print_line(f"  | {line}")


def _shortest(hours: Sequence[HostHour]) -> float | None:
    return _rounded(min((hour.shortest_gap for hour in hours if hour.shortest_gap is not None), default=None))


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="milliseconds") if moment else None
