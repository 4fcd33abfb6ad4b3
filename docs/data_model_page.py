"""Writes docs/data-model.md from the tables and views themselves: `python docs/data_model_page.py`."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import Table
from sqlmodel import SQLModel

from storage import schema
from storage.metadata import TABLES
from storage.views import VIEWS

PAGE = Path(__file__).with_name("data-model.md")
_HEAD = """# The data model

The archive is one database, SQLite or PostgreSQL, and a folder of WARC files with the pages as they came. This page is
written from `storage/` by `python docs/data_model_page.py`.

* **An article** is what a page said when it was last read. What it said before is kept in `version`; every address of its
  site that it was found at in `address`; its page in a WARC file is found by `evidence`. The same text at another outlet is
  an article of its own, in the same `story` (archives begun before that was so hold some as an `address`).
* **A claim** is a sentence that says who joined what. Claims of the same member, network and verb make **an event**, the
  membership that alerts are about. A claim without an event waits for a person, whose answer is a `decision`.
* **A lead** is an address that a list showed, whatever became of it; **a run** is one crawl of one source.
* Moments are in UTC: `timestamptz` on PostgreSQL, text on SQLite. Cities and places are GeoNames ids, networks are the
  keys of the catalogue (`jarchi show ID --json` names them).
* Each write is one transaction (BEGIN IMMEDIATE on SQLite). Nothing is deleted by the program itself; `jarchi forget` is the only way.

## Reading it with other programs

Datasette, Metabase or a notebook may open the database to read. These views keep their names and columns while the
tables behind them may change with a version:

| view | what a row is | columns |
|---|---|---|
"""
_ROWS = {
    "articles": "an article as last read",
    "article_addresses": "an address that an article was found at",
    "article_versions": "what an article said before an edit",
    "article_networks": "a network named in an article",
    "article_places": "a place named in an article",
    "memberships": "a membership that claims agree on",
    "claims": "a sentence about a membership",
    "known_members": "a member by a network's own list",
    "crawls": "a crawl of a source",
    "sources": "how a source fares",
    "alerts": "an alert, without its recipient",
}
_BETWEEN = """
On SQLite open the file read-only (`sqlite3 'file:jarchi.db?mode=ro'`, `datasette jarchi.db`): the service goes on
writing. On PostgreSQL give such a program a user of its own:

```sql
CREATE ROLE reader LOGIN PASSWORD '…';
GRANT SELECT ON articles, article_networks, article_places, memberships, claims, crawls TO reader;
```

Who joined the Asian Mayors Forum in the last half year, with the articles that say so:

```sql
SELECT memberships.member, memberships.first_reported, articles.url
FROM memberships JOIN claims ON claims.membership_id = memberships.id JOIN articles ON articles.id = claims.article_id
WHERE memberships.network = 'amf' AND memberships.verb = 'joined'
ORDER BY memberships.first_reported DESC;
```

## Copies

`jarchi db backup [FOLDER]` copies the database as it is at one moment, then the pages, your sources, names, settings and
the key of the links, while crawls go on. The copy has its name once it is whole; a manifest holds a sum for each file.
PostgreSQL is copied by pg_dump, which must not be older than the server (`JARCHI_PG_TOOLS` names its folder). What a killed
backup left is taken away by the next.

`jarchi db restore FOLDER` proves every byte first. An archive that holds articles, or is broken, is only replaced with `--replace`, and
is set aside then: as a file beside the database, or as a backup in `before-restoring`. It is exchanged in one step: killed at any
moment, a restore leaves the old database or the new one (PostgreSQL's by pg_restore and psql in one transaction). Stop the service first. What `jarchi forget`
forgot since the backup was made is forgotten again: `forgotten.jsonl` in the home folder knows it by hashes of its addresses
and texts. A backup carries a copy of that file, and a restore adds to the one that is there. Restoring on a machine that has
neither, from a backup made before, brings the article back. `db upgrade` and `db check` look into the file too.

`jarchi db check` looks for what is wrong: the file itself, references, sums of texts, articles without an address, rows
that belong to nothing, what was forgotten and is there, the index and the file of columns against the articles, pages that are missing or cut (`--pages` reads each). `--mend` makes the index anew where it is wrong.
Of a broken file it says as much as can be read.

## The tables

```mermaid
erDiagram
"""
_TABLES = """```

| table | what a row is |
|---|---|
"""


def page() -> str:
    """The whole page."""
    tables = sorted(TABLES.values(), key=lambda table: table.name)
    views = "\n".join(f"| `{name}` | {_ROWS[name]} | {_columns(query)} |" for name, query in VIEWS.items())
    lines = "\n".join(_relation(table, owner) for table in tables for owner in _owners(table))
    said = "\n".join(f"| `{table.name}` | {_said(table)} |" for table in tables)
    return f"{_HEAD}{views}\n{_BETWEEN}{lines}\n{_TABLES}{said}\n{_end()}"


def _columns(query: str) -> str:
    shown = re.sub(r"\(SELECT.*?\) AS", "AS", query.partition("SELECT")[2], flags=re.DOTALL)
    listed = re.split(r"\bFROM\b", shown, maxsplit=1)[0]
    return ", ".join(f"`{column.split()[-1].rpartition('.')[2]}`" for column in listed.split(","))


def _owners(table: Table) -> list[str]:
    return sorted({key.column.table.name for key in table.foreign_keys})


def _relation(table: Table, owner: str) -> str:
    return f"  {owner} ||--o{{ {table.name} : has"


def _said(table: Table) -> str:
    found = next((model for model in _models() if model.__table__ is table), None)
    return (found.__doc__ or "").strip().partition("\n")[0] if found else ""


def _models() -> list[type]:
    return [mapper.class_ for mapper in SQLModel._sa_registry.mappers]


def _end() -> str:
    return (
        "\n`article_search` is the full-text index (FTS5, or a tsvector beside the words in their order), made of our own\n"
        "folded words; `search_change` says which articles changed since a reader last looked. On SQLite its numbers rise by\n"
        "steps that are drawn, and `jarchi.db.columns` beside a large archive holds what searches filter and count by, up to one\n"
        "of them ([search.md](search.md)); no other program needs it, and it is made anew when it is missing.\n"
        f"The schema is at migration {schema.revisions()[-1]}; `jarchi db upgrade` brings an older one there.\n"
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
