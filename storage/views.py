"""Views for people with SQL: names that stay, whatever becomes of the tables behind them.

Datasette, Metabase or a notebook may open the database and read these; `docs/data-model.md` says what they hold.
They are taken away before a migration and made anew after it, since SQLite rebuilds no table that a view names.
Who gets the letters is nobody's business but the program's: recipients are in none of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, MetaData, event, inspect, text
from sqlalchemy.exc import InternalError
from sqlmodel import SQLModel

from news.errors import StorageError

#: By this comment a view is known as ours.
_OURS = "Jarchi"
#: PostgreSQL's dependent_objects_still_exist.
_DEPENDED_ON = "2BP01"

#: name → what it shows; moments are in UTC
VIEWS = {
    "articles": """
        SELECT article.id, article.url, article.source, article.title, article.text, article.language,
               article.published_at, article.published_precision, article.published_from, article.original_source,
               article.agency, article.first_seen_at, article.fetched_at, article.versions, look.gone_at
        FROM article LEFT JOIN look ON look.article_id = article.id""",
    "article_addresses": "SELECT article_id, url, source FROM address",
    "article_versions": "SELECT id, article_id, title, text, fetched_at FROM version",
    "article_networks": """
        SELECT article_id, key AS network, alias AS written, part, rule FROM tag WHERE kind = 'network'""",
    "article_places": """
        SELECT article_id, key AS place, alias AS written, part, rule FROM tag WHERE kind <> 'network'""",
    "memberships": """
        SELECT id, member, network, verb, episode, status, confidence, first_reported, last_evidence,
               (SELECT count(*) FROM claim WHERE claim.event_id = event.id) AS claims
        FROM event""",
    "claims": """
        SELECT article_id, position, event_id AS membership_id, member, network, member_name, network_name, verb,
               status, confidence, sentence, rule
        FROM claim""",
    "known_members": "SELECT network, member, listed_at, origin FROM known_member",
    "crawls": "SELECT id, source, state, started_at, finished_at, error FROM run",
    "sources": "SELECT key, enabled, next_due_at, last_good_at, failures, last_error FROM source",
    "alerts": """
        SELECT id, event_id AS membership_id, article_id, status, rule, created_at, sent_at, died_at FROM delivery""",
}


def make(connection: Connection) -> None:
    """Make every view; raises StorageError where another program has one of the names."""
    found = inspect(connection)
    if taken := set(VIEWS) & {*found.get_view_names(), *found.get_table_names()}:
        raise StorageError(f"the database holds what is not Jarchi's: {', '.join(sorted(taken))}")
    for name, query in VIEWS.items():
        connection.execute(text(f"CREATE VIEW {name} AS {query}"))
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"COMMENT ON VIEW {name} IS '{_OURS}'"))


def drop(connection: Connection) -> None:
    """Take ours away; raises StorageError where something was built on them."""
    with nothing_built_on("views"):
        for name in there(connection):
            connection.execute(text(f"DROP VIEW {name}"))


@contextmanager
def nothing_built_on(what: str) -> Iterator[None]:
    """Raise StorageError, which names it, where a DROP would leave or take along something that others have made."""
    try:
        yield
    except InternalError as error:
        if getattr(error.orig, "sqlstate", "") != _DEPENDED_ON:
            raise
        said = str(error.orig).strip().replace("\n", " ")
        raise StorageError(f"something was built on Jarchi's {what}, and must go first: {said}") from error


def there(connection: Connection) -> list[str]:
    """Those that are ours: a PostgreSQL database may hold other programs' views of these names; a SQLite file is ours."""
    names = sorted(set(VIEWS) & set(inspect(connection).get_view_names()))
    if connection.dialect.name != "postgresql":
        return names
    query = text("SELECT obj_description(to_regclass(:name)) = :ours")
    return [name for name in names if connection.execute(query, {"name": name, "ours": _OURS}).scalar()]


def _make(_: MetaData, connection: Connection, **__: Any) -> None:
    make(connection)


event.listen(SQLModel.metadata, "after_create", _make)
