"""`jarchi db`: the database."""

from __future__ import annotations

import typer

from cli import keeping
from cli.output import JsonOption, out, print_json
from news.settings import load_settings
from storage.engine import connect
from storage.schema import upgrade as upgrade_schema

app = typer.Typer(help="The database.", no_args_is_help=True, add_completion=False)
app.command("backup")(keeping.backup)
app.command("restore")(keeping.restore)
app.command("check")(keeping.check)


@app.callback()
def _group() -> None:
    """The database."""


@app.command()
def upgrade(json: JsonOption = False) -> None:
    """Bring the database's schema to this program's version."""
    settings = load_settings()
    store = connect(settings.database)
    taken: dict[str, float] = {}
    try:
        before, after = upgrade_schema(store, taken.__setitem__)
    finally:
        store.close()
    forgotten = keeping.forget_anew(settings)
    if json:
        found = {"database": store.url, "before": before, "after": after, "seconds": taken}
        print_json({**found, "forgotten_again": len(forgotten)})
    else:
        for migration, seconds in taken.items():
            out.print(f"migration {migration} took {seconds:.2f} s", highlight=False)
        out.print(f"{store.url}: schema {before or 'none'} → {after}", highlight=False)
        keeping.print_forgotten(forgotten)
