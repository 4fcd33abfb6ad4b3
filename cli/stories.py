"""`jarchi stories`: articles that tell the same, brought together and parted by hand."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from cli.arguments import LARGEST_ID, ArticleId
from cli.opening import archive
from cli.output import JsonOption, print_json, print_line, print_table
from news.errors import NotFound, UsageError
from news.languages.quoting import isolated
from storage import articles, stories
from storage.stories import Decision, Teller

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Articles that tell the same story.")
#: Articles compared in one transaction.
_AT_ONCE = 100

_By = Annotated[str | None, typer.Option("--by", help="Who says so; the user of this machine by default.")]


@app.command()
def show(article_id: ArticleId, json: JsonOption = False) -> None:
    """The articles of an article's story, the leading one first."""
    with archive() as store, store.reading() as session:
        if articles.load(session, article_id) is None:
            raise NotFound(f"no article has the id {article_id}")
        found = stories.tellers(session, article_id)
    if json:
        print_json({"story": list(map(teller_object, found))})
    elif found:
        print_tellers(found)
    else:
        print_line(f"article {article_id} is alone")


@app.command()
def merge(
    ids: Annotated[list[int], typer.Argument(metavar="ID ID...", min=1, max=LARGEST_ID)], by: _By = None, json: JsonOption = False
) -> None:
    """These articles tell one story, with all that tell it already; later comparisons obey."""
    with archive() as store, store.writing() as session:
        stories.merge(session, ids, by=_name(by), now=datetime.now(UTC))
        found = stories.tellers(session, ids[0])
    if json:
        print_json({"story": list(map(teller_object, found))})
    else:
        print_tellers(found)


@app.command()
def split(article_id: ArticleId, by: _By = None, json: JsonOption = False) -> None:
    """This article tells another story than those it stands with; later comparisons obey."""
    with archive() as store, store.writing() as session:
        others = stories.split(session, article_id, by=_name(by), now=datetime.now(UTC))
    if json:
        print_json({"article": article_id, "parted_from": others})
    else:
        print_line(f"article {article_id} is parted from {others} others")


@app.command()
def decided(json: JsonOption = False) -> None:
    """What was merged and split by hand, by whom and when."""
    with archive() as store, store.reading() as session:
        found = stories.decisions(session)
    if json:
        print_json({"decisions": list(map(_decision_object, found))})
        return
    columns = ("article", "article", "verdict", "by", "at")
    print_table("Decided", columns, ([*_decision_object(one).values()] for one in found))


@app.command()
def compare(json: JsonOption = False) -> None:
    """Look for the stories of every article anew, as after an upgrade or an ingest of old files; what was decided stands."""
    last, count = 0, 0
    with archive() as store:
        while True:
            with store.writing() as session:
                step = stories.compare(session, last, _AT_ONCE)
            if step is None:
                break
            last, count = step[0], count + step[1]
        with store.reading() as session:
            found = stories.count(session)
    if json:
        print_json({"compared": count, "stories": found})
    else:
        print_line(f"{count} articles compared, {found} stories are told by several")


def teller_object(one: Teller) -> dict[str, Any]:
    """An article of a story, for scripts."""
    return {
        "article": one.article,
        "leads": one.place == 0,
        "url": one.url,
        "title": one.title,
        "source": one.source,
        "language": one.language,
        "published_at": one.published_at.isoformat() if one.published_at else None,
        "likeness": round(one.likeness, 3) if one.likeness is not None else None,
    }


def print_tellers(found: tuple[Teller, ...]) -> None:
    """The articles of a story as a table."""
    rows = (
        (
            one.article,
            "leads" if one.place == 0 else "",
            one.source,
            one.published_at,
            isolated(one.title),
            one.url,
        )
        for one in found
    )
    print_table("Story", ("article", "", "source", "published", "title", "address"), rows)


def _decision_object(one: Decision) -> dict[str, Any]:
    return {
        "one": one.one, "other": one.other, "verdict": one.verdict.value, "by": one.decided_by,
        "at": one.decided_at.isoformat(timespec="seconds"),
    }  # fmt: skip


def _name(by: str | None) -> str:
    name = by.strip() if by else getpass.getuser()
    if not name:
        raise UsageError("--by: empty")
    return name
