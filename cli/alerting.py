"""`jarchi alerts`: rules and deliveries."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from sqlmodel import Session

from alerts.channels import Channels, open_channels
from alerts.conditions import told_of, when
from alerts.letters import headline
from alerts.mail import mail_server
from alerts.messages import Message
from alerts.recipients import is_mail
from alerts.rules import ensure_default_rule
from alerts.rules import replay as replayed
from alerts.sampling import sample_article, sample_event, sample_message
from alerts.wording import LANGUAGES, words
from cli import channeling
from cli.completing import rule_names
from cli.opening import archive
from cli.output import JsonOption, complain, print_json, print_line, print_table, warn
from cli.picking import city_key, country_code, known_sources, language_code, network_key
from cli.ruling import kinds, manner, rule_name, rule_object, watched_query
from cli.telling import complain_of_failures, links, tell
from cli.telling import kinds as source_kinds
from news.errors import DeliveryError, NotFound, UsageError
from news.languages.quoting import isolated
from news.settings import load_settings
from news.values import MembershipEvent, Status, Verb
from storage import answers, findings, outbox, register, savedsearches
from storage import rules as ruling
from storage.answers import Precision
from storage.engine import Store
from storage.findings import FoundArticle
from storage.outbox import Delivery, DeliveryState
from storage.rules import Rhythm, Rule
from storage.savedsearches import SavedSearch
from web.objects import membership_object

app = typer.Typer(help="Who is told of what, and what was sent.", no_args_is_help=True, add_completion=False)
#: Before every article.
_LONG_AGO = datetime(1, 1, 2, tzinfo=UTC)
Name = Annotated[str, typer.Argument(metavar="NAME", help="The rule.", autocompletion=rule_names)]
for command in (channeling.channels, channeling.connect, channeling.disconnect):
    app.command()(command)


@app.command()
def rules(json: JsonOption = False) -> None:
    """The rules."""
    with archive() as store:
        ensure_default_rule(store, _now())
        with store.reading() as session:
            found = ruling.rules(session)
    if json:
        print_json({"rules": [rule_object(rule) for rule in found]})
    else:
        _print_rules(found)


@app.command()
def add(
    name: Name,
    to: Annotated[list[str], typer.Option("--to", help="A mail address, console, feed, apprise:NAME, webhook:NAME, or an address like tgram://…; may be repeated.")],
    network: Annotated[list[str] | None, typer.Option(help="Key, acronym or name; may be repeated.")] = None,
    city: Annotated[list[str] | None, typer.Option(help="The member: name or GeoNames id; may be repeated.")] = None,
    of: Annotated[list[str] | None, typer.Option("--country", help="Of the member, like IR; may be repeated.")] = None,
    language: Annotated[list[str] | None, typer.Option(help="Of the evidence, like fa; may be repeated.")] = None,
    verb: Annotated[list[str] | None, typer.Option(help="joined if none is given; left, …, any; may be repeated.")] = None,
    status: Annotated[
        list[str] | None, typer.Option(help="announced if none is given; planned, …, any; may be repeated.")
    ] = None,
    confidence: Annotated[float, typer.Option(min=0, max=1, help="Least confidence.")] = 0.0,
    search: Annotated[str | None, typer.Option(help="Tell of new articles that this query finds, not of memberships.")] = None,
    saved: Annotated[str | None, typer.Option(help="The same with a query saved by `jarchi search --save`.")] = None,
    letters: Annotated[str, typer.Option(help=f"Language of the letters: {', '.join(LANGUAGES)}.")] = "en",
    rhythm: Annotated[Rhythm, typer.Option(help="How often letters leave.")] = Rhythm.IMMEDIATE,
    hour: Annotated[int, typer.Option(min=0, max=23, help="Hour of daily and weekly digests.")] = 8,
    weekday: Annotated[str, typer.Option(help="Day of weekly digests.")] = "monday",
    zone: Annotated[str, typer.Option(help="The readers' time zone, like Asia/Tehran.")] = "UTC",
    quiet: Annotated[str | None, typer.Option(help="Hours without letters, like 22-7.")] = None,
    paused: Annotated[bool, typer.Option("--paused", help="Not switched on yet: see replay and resume.")] = False,
    replacing: Annotated[bool, typer.Option("--replace", help="In place of the rule of this name.")] = False,
    json: JsonOption = False,
) -> None:
    """Tell somebody of memberships from now on, without conditions of every new one; or of articles that a search finds."""
    if (search is not None or saved is not None) and (network or city or of or language or verb or status or confidence):
        raise UsageError("a search names what it asks for in its query, like network:amf or language:fa: leave the conditions out")
    if search is not None and saved is not None:
        raise UsageError("--search and --saved exclude each other")
    rule = Rule(
        name=rule_name(name),
        recipients=(),
        verbs=kinds(Verb, "verb", verb or [Verb.JOINED]),
        statuses=kinds(Status, "status", status or [Status.ANNOUNCED]),
        networks=tuple(filter(None, map(network_key, network or ()))),
        cities=tuple(filter(None, map(city_key, city or ()))),
        countries=tuple(filter(None, map(country_code, of or ()))),
        languages=tuple(filter(None, map(language_code, language or ()))),
        confidence=confidence,
        enabled=not paused,
        manner=manner(letters=letters, rhythm=rhythm, hour=hour, weekday=weekday, zone=zone, quiet=quiet),
    )
    settings = load_settings()
    with archive(settings) as store, store.writing() as session:
        if ruling.rule(session, rule.name) is not None and not replacing:
            raise UsageError(f"there is a rule {rule.name!r} already; --replace puts this one in its place")
        if search is not None or saved is not None:
            query, option = (search, "search") if saved is None else (_saved(session, saved).query, "saved")
            known = known_sources(session, settings.sources_folder)
            rule = replace(rule, query=watched_query(query or "", known, option))
        rule = replace(rule, recipients=channeling.told(to))  # keeps addresses: nothing is refused behind it
        ruling.save_rule(session, rule, _now())
    _show(rule, json=json)
    if mail_server(settings) is None and any(map(is_mail, rule.recipients)):
        warn("no mail leaves before JARCHI_SMTP_HOST and JARCHI_SMTP_FROM are set")


@app.command()
def remove(name: Name, json: JsonOption = False) -> None:
    """Take a rule away, and give up what it has not sent yet."""
    with archive() as store:
        _find(store, name)
        with store.writing() as session:
            ruling.remove_rule(session, name)
            given_up = outbox.bury_waiting(session, name, "the rule was removed", _now())
    if json:
        print_json({"removed": name, "given_up": given_up})
    else:
        print_line(f"Removed {name}; deliveries given up: {given_up}")


@app.command()
def pause(name: Name, json: JsonOption = False) -> None:
    """Match and send nothing by a rule; what it matched before waits until it is resumed."""
    _switch(name, enabled=False, json=json)


@app.command()
def resume(name: Name, json: JsonOption = False) -> None:
    """Switch a rule on."""
    _switch(name, enabled=True, json=json)


@app.command("test")
def send_samples(
    name: Name,
    to: Annotated[list[str] | None, typer.Option("--to", help="Instead of the rule's recipients; may be repeated.")] = None,
    json: JsonOption = False,
) -> None:
    """Send a sample, marked as one, by a rule; nothing is noted of it."""
    settings = load_settings()
    with archive(settings) as store:
        rule = _find(store, name)
        about = _sample(store, rule)
    wanted = channeling.told(to) if to else rule.recipients
    with open_channels(settings, sys.stderr if json else sys.stdout) as channels:
        tried = [_try(channels, sample_message(rule, who, about, links(settings), _now())) for who in wanted]
    if json:
        print_json({"rule": name, "samples": tried})
    for one in tried:
        if one["error"]:
            complain(f"the sample to {one['recipient']} was not accepted: {one['error']}")
        elif not json:
            print_line(f"{one['recipient']}: {one['answer']}")
    if any(one["error"] for one in tried):
        raise typer.Exit(1)


@app.command()
def replay(
    name: Name,
    days: Annotated[int, typer.Option(min=1, max=36_500, help="How far back.")] = 90,
    json: JsonOption = False,
) -> None:
    """What a rule would have sent, on the archive; sends nothing."""
    with archive() as store:
        rule = _find(store, name)
        since = _now() - timedelta(days=days)
        if rule.query:
            _replay_search(store, rule, since, days, json=json)
            return
        with store.reading() as session:
            found = replayed(rule, register.events(session, since=since))
    if json:
        events = [
            {"event": event.id, **membership_object(event), "freshness": event.freshness.value} for event in found
        ]
        print_json({"rule": name, "days": days, "recipients": list(rule.recipients), "events": events})
        return
    rows = [(event.first_reported, headline(event, event.status, words("en")), event.confidence) for event in found]
    print_table(f"{name} would have told of {len(found)} in {days} days", ("reported", "what", "confidence"), rows)


@app.command()
def searches(
    remove: Annotated[str | None, typer.Option(help="Forget the search of this name; rules keep their query.")] = None,
    json: JsonOption = False,
) -> None:
    """The searches saved by `jarchi search --save`."""
    with archive() as store:
        if remove is not None:
            with store.writing() as session:
                if not savedsearches.remove(session, remove):
                    raise NotFound(_no_search(remove))
        with store.reading() as session:
            found = savedsearches.searches(session)
    if json:
        print_json({"searches": [
            {"name": item.name, "query": item.query, "saved_at": item.saved_at.isoformat()} for item in found
        ]})  # fmt: skip
        return
    print_table("Saved searches", ("name", "query", "saved"), [(item.name, isolated(item.query), item.saved_at) for item in found])


@app.command()
def deliveries(
    state: Annotated[DeliveryState | None, typer.Option(help="Only those that stand so.")] = None,
    rule: Annotated[str | None, typer.Option(help="Only those of a rule.")] = None,
    json: JsonOption = False,
) -> None:
    """What was sent, what waits, and what was given up, newest first."""
    with archive() as store, store.reading() as session:
        found = outbox.deliveries(session, rule=rule, state=state)
    if json:
        print_json({"deliveries": [_delivery_object(item) for item in found]})
        return
    rows = [
        (item.id, item.reference, item.rule, item.recipient, item.state.value, item.attempts,
         item.sent_at or item.next_attempt_at or item.died_at, item.error or item.answer)
        for item in found
    ]  # fmt: skip
    columns = ("id", "about", "rule", "recipient", "state", "tries", "when", "said")
    print_table("Deliveries", columns, rows, spare=("tries",))


@app.command()
def precision(json: JsonOption = False) -> None:
    """How right letters are, by what readers answered: in all, and by rule, language and network."""
    with archive() as store, store.reading() as session:
        found = answers.precision(session)
    if json:
        print_json({"precision": list(map(_precision_object, found))})
        return
    rows = [
        (item.facet.value, item.key, item.right, item.wrong, _percent(item.share),
         " – ".join(map(_percent, item.interval)) if item.share is not None else None, item.missed)
        for item in found
    ]  # fmt: skip
    print_table("By readers' answers", ("of", "which", "right", "wrong", "share", "95 % interval", "missed"), rows)


@app.command()
def retry(
    ids: Annotated[list[int] | None, typer.Argument(metavar="[ID]...", help="Dead deliveries, by id.")] = None,
    dead: Annotated[bool, typer.Option("--dead", help="All of them.")] = False,
    json: JsonOption = False,
) -> None:
    """Try dead deliveries again, at once; a digest goes as a whole."""
    if bool(ids) == dead:
        raise UsageError("name the deliveries, or say --dead for all that are dead")
    settings = load_settings()
    with archive(settings) as store:
        with store.writing() as session:
            revived = outbox.revive(session, None if dead else ids)
            if unknown := set(ids or ()) - set(revived):  # takes the others back
                raise NotFound(f"not among the dead: {', '.join(map(str, sorted(unknown)))}")
        sent = tell(settings, store, sys.stderr if json else sys.stdout)
    accepted = [item.id for item in sent.deliveries if item.id in revived]
    if json:
        print_json({"revived": list(revived), "sent": accepted})
    else:
        print_line(f"{len(revived)} tried again, {len(accepted)} accepted")
    if complain_of_failures(sent):
        raise typer.Exit(1)


def _switch(name: str, *, enabled: bool, json: bool) -> None:
    with archive() as store:
        rule = replace(_find(store, name), enabled=enabled)
        with store.writing() as session:
            ruling.save_rule(session, rule, _now())
    _show(rule, json=json)


def _find(store: Store, name: str) -> Rule:
    ensure_default_rule(store, _now())
    with store.reading() as session:
        rule = ruling.rule(session, name)
    if rule is None:
        raise NotFound(f"no rule is called {name!r}; `jarchi alerts rules` lists them")
    return rule


def _saved(session: Session, name: str) -> SavedSearch:
    found = savedsearches.saved(session, name)
    if found is None:
        raise NotFound(_no_search(name))
    return found


def _no_search(name: str) -> str:
    return f"no search is called {name!r}; `jarchi alerts searches` lists them"


def _sample(store: Store, rule: Rule) -> MembershipEvent | FoundArticle:
    with store.reading() as session:
        if rule.query:
            return sample_article(rule, findings.told(session, rule, _LONG_AGO, 1, source_kinds(load_settings())), _now())
        return sample_event(rule, register.events(session), _now())


def _replay_search(store: Store, rule: Rule, since: datetime, days: int, *, json: bool) -> None:
    with store.reading() as session:
        found = findings.told(session, rule, since, kinds=source_kinds(load_settings()))
    if json:
        articles = [
            {"article": item.id, "url": item.url, "source": item.source, "title": item.title, "language": item.language,
             "published_at": _iso(item.published_at), "snippet": item.snippet}
            for item in found
        ]  # fmt: skip
        print_json({"rule": rule.name, "days": days, "recipients": list(rule.recipients), "articles": articles})
        return
    rows = [(item.published_at or item.first_seen_at, item.source, isolated(item.title), isolated(item.snippet)) for item in found]
    print_table(f"{rule.name} would have told of {len(found)} in {days} days", ("published", "source", "title", "found"), rows)


def _try(channels: Channels, message: Message) -> dict[str, Any]:
    answer, error = None, None
    try:
        answer = channels(message.recipient).send(message)
    except DeliveryError as problem:
        error = str(problem)
    return {"recipient": message.recipient, "subject": message.letter.subject, "answer": answer, "error": error}


def _show(rule: Rule, *, json: bool) -> None:
    if json:
        print_json(rule_object(rule))
    else:
        _print_rules([rule])


def _print_rules(found: Sequence[Rule]) -> None:
    rows = [
        (rule.name, rule.enabled, rule.recipients, *told_of(rule), when(rule.manner)) for rule in found
    ]
    print_table("Alert rules", ("name", "on", "recipients", "verbs", "statuses", "of", "letters"), rows)


def _delivery_object(item: Delivery) -> dict[str, Any]:
    return {
        "id": item.id, "event": item.event.id if item.event else None,
        "article": item.article.id if item.article else None, "rule": item.rule, "recipient": item.recipient,
        "status": item.status.value if item.status else None, "state": item.state.value, "attempts": item.attempts,
        "created_at": item.created_at.isoformat(), "sent_at": _iso(item.sent_at),
        "next_attempt_at": _iso(item.next_attempt_at), "died_at": _iso(item.died_at), "answer": item.answer,
        "error": item.error, "digest": item.digest,
    }


def _precision_object(item: Precision) -> dict[str, Any]:
    low, high = item.interval
    return {
        "of": item.facet.value, "key": item.key, "right": item.right, "wrong": item.wrong, "missed": item.missed,
        "answers": item.right + item.wrong, "precision": item.share, "low": low, "high": high,
    }  # fmt: skip


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _now() -> datetime:
    return datetime.now(UTC)
