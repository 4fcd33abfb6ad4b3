"""`jarchi review`: claims that wait for a person, and what persons say of them."""

from __future__ import annotations

import getpass
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from sqlmodel import Session

from cli.opening import archive
from cli.output import JsonOption, err, print_json, print_line, print_table
from cli.picking import city_key, network_key
from news.errors import UsageError
from news.languages.quoting import isolated
from news.names.own import OwnName
from news.names.own_file import add_own_name
from news.settings import load_settings
from news.values import Claim, Status, TagKind, Verb
from storage import answers, reviewing
from storage.answers import Answer
from storage.reviewing import Correction, Decision, Judgement, ReviewItem, Verdict
from web.objects import claim_object

app = typer.Typer(add_completion=False)
_REFERENCE = re.compile(r"(\d+)\.(\d+)")
#: Ids of SQLite and PostgreSQL end there.
_LARGEST = 2**31 - 1

_Claim = Annotated[str, typer.Argument(metavar="CLAIM", help="As `jarchi review` names it, like 12.0.")]
_Answer = Annotated[int, typer.Argument(metavar="ANSWER", min=1, max=_LARGEST, help="A reader's, as `jarchi review` numbers it.")]
_By = Annotated[str | None, typer.Option("--by", help="Who says so; the user of this machine by default.")]
_Note = Annotated[str | None, typer.Option("--note", help="Why, for those who read it later.")]
_Limit = Annotated[int, typer.Option(min=1, help="So many at most.")]


@app.callback(invoke_without_command=True)
def review(context: typer.Context, limit: _Limit = 50, json: JsonOption = False) -> None:
    """Announcements whose city or network is not known, that are undated, or too uncertain to alert; and readers' answers."""
    if context.invoked_subcommand:
        return
    with archive() as store, store.reading() as session:
        items = reviewing.waiting(session, limit)
        said = answers.waiting(session, limit)
    if json:
        print_json({"claims": [_object(item) for item in items], "answers": list(map(_answer_object, said))})
        return
    if said:
        columns = ("answer", "says", "of", "why", "address", "reader", "rule")
        print_table("What readers say", columns, map(_answer_row, said))
        print_line("Say `jarchi review agree ANSWER` or `jarchi review dismiss ANSWER`.")
    rows = (_row(item) for item in items)
    print_table(
        "For review", ("claim", "why", "city", "network", "verb", "sure", "sentence", "article"), rows
    )
    if items:
        print_line("Say `jarchi review yes CLAIM`, with --city or --network where one is missing, or `jarchi review no CLAIM`.")


@app.command()
def yes(
    claim: _Claim,
    city: Annotated[str | None, typer.Option(help="The member: name or GeoNames id.")] = None,
    network: Annotated[str | None, typer.Option(help="The network: key, acronym or name.")] = None,
    verb: Annotated[Verb | None, typer.Option(help="What happened, where it was misread.")] = None,
    status: Annotated[Status | None, typer.Option(help="How real it is, where it was misread.")] = None,
    city_alias: Annotated[str | None, typer.Option(help="What the text calls the city: known from now on.")] = None,
    network_alias: Annotated[str | None, typer.Option(help="What the text calls the network: known from now on.")] = None,
    by: _By = None,
    note: _Note = None,
    json: JsonOption = False,
) -> None:
    """The claim is true, as read or as put right here; it alerts where its article is news."""
    right = Correction(member=city_key(city), network=network_key(network), verb=verb, status=status)
    names = [*_alias(TagKind.CITY, "city", right.member, city_alias)]
    names += _alias(TagKind.NETWORK, "network", right.network, network_alias)
    _judge(claim, Judgement(verdict=Verdict.YES, by=_name(by), correction=right, note=note), json)
    path = load_settings().names_file
    for name in names:
        if add_own_name(path, name):
            err.print(f"{path}: {isolated(name.name)} added; `jarchi reread` looks for it in the archive", highlight=False)


@app.command()
def no(claim: _Claim, by: _By = None, note: _Note = None, json: JsonOption = False) -> None:
    """The claim is not true; it is not asked about again."""
    _judge(claim, Judgement(verdict=Verdict.NO, by=_name(by), note=note), json)


@app.command()
def agree(answer: _Answer, by: _By = None, note: _Note = None, json: JsonOption = False) -> None:
    """The reader is right; a membership that is wrong is taken out, each claim by a no that `undo` takes back."""
    _settle(answer, agreed=True, by=by, note=note, json=json)


@app.command()
def dismiss(answer: _Answer, by: _By = None, note: _Note = None, json: JsonOption = False) -> None:
    """The reader is not right: nothing changes."""
    _settle(answer, agreed=False, by=by, note=note, json=json)


@app.command()
def undo(claim: _Claim, json: JsonOption = False) -> None:
    """Take a yes or no back: the claim waits again."""
    _act(claim, reviewing.undo, "waits again", json)


@app.command()
def decided(limit: _Limit = 50, json: JsonOption = False) -> None:
    """What was decided, by whom and when."""
    with archive() as store, store.reading() as session:
        found = reviewing.decisions(session, limit)
    if json:
        print_json({"decisions": [_decision_object(decision) for decision in found]})
        return
    columns = ("claim", "verdict", "city", "network", "verb", "by", "at", "note", "article")
    print_table("Decided", columns, ([*_decision_object(item).values()] for item in found))


def _settle(number: int, *, agreed: bool, by: str | None, note: str | None, json: bool) -> None:
    max_age, now = load_settings().alert_max_age, datetime.now(UTC)
    with archive() as store, store.writing() as session:
        done = answers.settle(session, number, agreed=agreed, by=_name(by), note=note, now=now, max_age=max_age)
    if json:
        print_json({**_answer_object(done), "agreed": agreed})
    else:
        print_line(f"{number}: {'agreed' if agreed else 'dismissed'} — {isolated(done.subject)}")


def _answer_object(answer: Answer) -> dict[str, Any]:
    return {
        "answer": answer.id, "says": answer.said.value, "of": answer.subject, "note": answer.note,
        "address": answer.address, "recipient": answer.recipient, "rule": answer.rule, "event": answer.event,
        "article": answer.article, "at": answer.answered_at.isoformat(timespec="seconds"),
    }  # fmt: skip


def _answer_row(answer: Answer) -> tuple[object, ...]:
    note = isolated(answer.note) if answer.note else None
    return answer.id, answer.said.value, isolated(answer.subject), note, answer.address, answer.recipient, answer.rule


def _alias(kind: TagKind, option: str, key: str | None, alias: str | None) -> Iterator[OwnName]:
    if alias is None:
        return
    if key is None:
        raise UsageError(f"--{option}-alias needs --{option}: whose name is {alias!r}?")
    yield OwnName(kind=kind, key=key, name=alias)


def _judge(claim: str, judgement: Judgement, json: bool) -> None:
    max_age = load_settings().alert_max_age

    def decide(session: Session, article: int, position: int) -> Claim:
        return reviewing.decide(
            session, article, position, judgement, now=datetime.now(UTC), max_age=max_age
        )

    _act(claim, decide, judgement.verdict.value, json)


def _act(claim: str, action: Callable[[Session, int, int], Claim], done: str, json: bool) -> None:
    article, position = _reference(claim)
    with archive() as store, store.writing() as session:
        left = claim_object(action(session, article, position))
    if json:
        print_json({"claim": claim, "done": done, **left})
    else:
        said = f"{left['city'] or left['city_as_written']} {left['verb']} {left['network_name'] or left['network_as_written']}"
        print_line(f"{claim}: {done} — {isolated(said)}")


def _reference(text: str) -> tuple[int, int]:
    found = _REFERENCE.fullmatch(text)
    if found is None or int(found[1]) > _LARGEST or int(found[2]) > _LARGEST:
        raise UsageError(f"not a claim like 12.0: {text!r}")
    return int(found[1]), int(found[2])


def _name(by: str | None) -> str:
    name = by.strip() if by else getpass.getuser()
    if not name:
        raise UsageError("--by: empty")
    return name


def _object(item: ReviewItem) -> dict[str, Any]:
    return {
        "claim": f"{item.article}.{item.position}",
        "why": item.why.value,
        **claim_object(item.claim),
        "article": item.article,
        "url": item.url,
        "title": item.title,
    }


def _row(item: ReviewItem) -> tuple[object, ...]:
    claim = claim_object(item.claim)
    city = claim["city"] or (isolated(claim["city_as_written"]) + "?" if claim["city_as_written"] else "?")
    network = claim["network"] or (isolated(claim["network_as_written"]) + "?" if claim["network_as_written"] else "?")
    return (
        f"{item.article}.{item.position}", item.why.value, city, network, claim["verb"],
        claim["confidence"], isolated(claim["sentence"]), item.url,
    )  # fmt: skip


def _decision_object(decision: Decision) -> dict[str, Any]:
    reference = f"{decision.article}.{decision.position}" if decision.position is not None else f"{decision.article}"
    return {
        "claim": reference,
        "verdict": decision.verdict.value,
        "city": decision.member,
        "network": decision.network,
        "verb": decision.verb.value,
        "by": decision.decided_by,
        "at": decision.decided_at.isoformat(timespec="seconds"),
        "note": decision.note,
        "title": decision.title,
    }
