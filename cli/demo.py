"""`jarchi demo`: the whole road in a minute, on sample sites served by this machine to itself.

Everything below the sites is the real thing: the settings, sources, crawls, rules and alerts of a service
that happens to watch five sites on loopback.
"""

from __future__ import annotations

import asyncio
import io
import shlex
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from alerts.rules import DEFAULT_RULE
from cli.crawl import crawl_sources, print_runs
from cli.memberships import print_memberships
from cli.opening import archive
from cli.output import JsonOption, complain, err, out, print_json, print_line
from cli.progress import crawl_progress
from cli.telling import complain_of_failures, tell
from news.errors import UsageError
from news.languages.quoting import isolated
from news.settings import Settings, fixed_settings
from news.values import MembershipEvent, Status, Verb
from samples import sources
from samples.mailbox import Mailbox, mailbox
from samples.serving import SampleSites
from scheduler.protocol import Report
from spiders.catalogue import load_sources
from storage import articles, register, rules
from storage.engine import Store
from storage.outbox import Delivery
from storage.search import Found, search
from web.app import create_app
from web.objects import membership_object
from web.serving import serve

app = typer.Typer(add_completion=False)
#: What is searched for at the end: Persian, Arabic, English.
QUERIES = ("شهرداری شیراز", "شبكة المدن القوية", "membership")

#: Who is written to.
DESK = "desk@jarchi.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One crawl of every site, and what it alerted."""

    reports: tuple[Report, ...]
    alerts: tuple[Delivery, ...]

    def count(self, name: str) -> int:
        """A count over all sites."""
        return sum(report.run.get(name, 0) for report in self.reports)


@app.command()
def demo(
    stop: Annotated[bool, typer.Option("--exit", help="Stop after printing, without the web page.")] = False,
    keep: Annotated[
        Path | None,
        typer.Option("--keep", metavar="DIR", help="Make the archive in this new folder and leave it there; else it goes at the end."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Sample sites → crawl → the sites publish → crawl, three alerts by mail → crawl, nothing new → the web page."""
    with (
        _ended_by_sigterm(), _home(keep) as home, SampleSites.start() as sites, mailbox(home / "mails") as box,
    ):
        settings = _settings(home, sources(sites.origins), box.port)
        with archive(settings) as store:
            _write_to_the_desk(store)
            first, second, third = _three_rounds(settings, store, sites, None if json else sys.stdout)
            if json:
                print_json({**_object(store, first, second, third), "mails": list(map(_mail_object, _mails(box)))})
            else:
                _print_mails(box)
                print_memberships(map(membership_object, _announced(store)), "Memberships announced")
                _print_searches(_found(store))
            if not keep and not json:
                err.print(f"\nThe demo's archive is in {home}, and goes when it ends; --keep DIR leaves one.", highlight=False, soft_wrap=True)
            if not stop:
                err.print(f"\nThe mails: {box.folder}", style="bold", highlight=False, soft_wrap=True)
                asyncio.run(_show(settings, store))


def _three_rounds(settings: Settings, store: Store, sites: SampleSites, letters: TextIO | None) -> tuple[Round, Round, Round]:
    first = _crawl(settings, store, "First crawl: everything is new, nothing is news", letters)
    published = sites.publish()
    second = _crawl(settings, store, f"The sites have published {published} articles: second crawl", letters)
    third = _crawl(settings, store, "Third crawl: nothing has changed", letters)
    return first, second, third


def _crawl(settings: Settings, store: Store, title: str, letters: TextIO | None) -> Round:
    with crawl_progress(title) as progress:
        reports = asyncio.run(crawl_sources(settings, _keys(settings), progress))
    if letters is not None:
        print_runs(reports, title)
    sent = tell(settings, store, letters or io.StringIO())
    if letters is not None:
        out.print(f"{len(sent.deliveries)} alerts\n", style="bold")
    for report in reports:
        if report.error:
            complain(f"{report.source}: {report.error}")
    complain_of_failures(sent)
    return Round(reports=tuple(reports), alerts=sent.deliveries)


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """SIGTERM leaves the way Ctrl-C does, so that folder and children go too."""

    def end(*_: object) -> None:
        raise SystemExit(128 + signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _home(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        yield _new_folder(keep)
        err.print(_said_of(keep.absolute()), highlight=False, soft_wrap=True)
        return
    folder = Path(tempfile.mkdtemp(prefix="jarchi-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _new_folder(path: Path) -> Path:
    """Raises UsageError for one that holds something: the demo must not touch anybody's archive."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        if any(path.iterdir()):
            raise UsageError(f"--keep: {path} is not empty; name a new folder")
    except OSError as error:
        raise UsageError(f"--keep: {path}: {error.strerror}") from None
    return path.absolute()


def _said_of(folder: Path) -> str:
    return (
        f"\nThe archive stays in {folder}:\n  JARCHI_HOME={shlex.quote(str(folder))} jarchi search\n"
        "Its sources are gone: their sites ended with the demo."
    )


def _settings(home: Path, tomls: Mapping[str, str], mail_port: int) -> Settings:
    settings = fixed_settings(
        home=home, allow_networks=(ip_network("127.0.0.0/8"),), host_delay=0.0, log_level="WARNING",
        contact="https://example.org/jarchi-demo", web_port=0, smtp_host="127.0.0.1", smtp_port=mail_port,
        smtp_tls="none", smtp_from="Jarchi <jarchi@jarchi.example>",
    )
    settings.sources_folder.mkdir(parents=True)
    for key, text in tomls.items():
        (settings.sources_folder / f"{key}.toml").write_text(text, encoding="utf-8")
    return settings


def _write_to_the_desk(store: Store) -> None:
    """The rule of a new installation, by mail."""
    with store.writing() as session:
        rules.save_rule(session, replace(DEFAULT_RULE, recipients=(DESK,)), datetime.now(UTC))


def _mails(box: Mailbox) -> list[EmailMessage]:
    return [BytesParser(EmailMessage, policy=default).parsebytes(path.read_bytes()) for path in box.letters()]


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body else ""


def _mail_object(mail: EmailMessage) -> dict[str, Any]:
    return {
        "to": str(mail["to"]), "subject": str(mail["subject"]), "message_id": str(mail["message-id"]), "text": _text(mail),
    }


def _print_mails(box: Mailbox) -> None:
    for path, mail in zip(box.letters(), _mails(box), strict=True):
        print_line(f"{path.name}, to {mail['to']}", style="bold")
        print_line(_text(mail))


def _keys(settings: Settings) -> list[str]:
    return sorted(path.stem for path in settings.sources_folder.glob("*.toml"))


def _found(store: Store) -> list[tuple[str, Found]]:
    with store.reading() as session:
        return [(query, search(session, query, limit=3)) for query in QUERIES]


def _announced(store: Store) -> tuple[MembershipEvent, ...]:
    with store.reading() as session:
        return register.events(session, verb=Verb.JOINED, status=Status.ANNOUNCED)


def _object(store: Store, first: Round, second: Round, third: Round) -> dict[str, Any]:
    with store.reading() as session:
        kept = articles.count(session)
    return {
        "sources": [report.run for report in first.reports],
        "articles": kept,
        "memberships": [membership_object(event) for event in _announced(store)],
        "first_crawl": {"alerts": len(first.alerts), "requests": first.count("requests")},
        "published_crawl": [report.run for report in second.reports],
        "alerts": [_alert_object(delivery) for delivery in second.alerts],
        "second_crawl": {
            "new": third.count("new"), "updated": third.count("updated"), "alerts": len(third.alerts),
            "requests": third.count("requests"), "not_modified": third.count("not_modified"),
        },
        "searches": [{"query": query, "total": found.total} for query, found in _found(store)],
    }


def _alert_object(delivery: Delivery) -> dict[str, Any]:
    return {
        "event": delivery.about.id, "rule": delivery.rule, "recipient": delivery.recipient,
        "sent_at": delivery.sent_at.isoformat() if delivery.sent_at else None,
    }


def _print_searches(found: Iterable[tuple[str, Found]]) -> None:
    for query, page in found:
        print_line(f"\nSearch for {query}: {page.total} found", style="bold")
        for hit in page.hits:
            print_line(f"  {isolated(hit.title)} — {hit.source}")


async def _show(settings: Settings, store: Store) -> None:
    site = create_app(store, sources=load_sources(settings.sources_folder), feeds_folder=settings.feeds_folder)
    await serve(site, settings.web_host, settings.web_port, _say_address, stop=asyncio.Event())


def _say_address(address: str) -> None:
    err.print(f"\nThe archive: {address}  (Ctrl-C stops)", style="bold", highlight=False, soft_wrap=True)
