"""`jarchi db upgrade` says which migrations it ran and how long each took."""

import json
import re

from alembic import command

from storage import schema
from storage.engine import connect


def _older(url: str) -> None:
    store = connect(url)
    with schema._config() as config, store.connecting() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0012")
    store.close()


def test_each_migration_is_named_with_its_time(jarchi, tmp_path):
    url = f"sqlite:///{tmp_path / 'older.db'}"
    _older(url)
    said = jarchi("db", "upgrade", JARCHI_DATABASE_URL=url).stdout
    assert re.findall(r"migration (\d+) took \d+\.\d\d s", said) == ["0013", "0015"]
    assert "schema 0012 → 0015" in said


def test_a_program_reads_the_times_in_seconds(jarchi, tmp_path):
    url = f"sqlite:///{tmp_path / 'older.db'}"
    _older(url)
    first, second = (
        json.loads(jarchi("db", "upgrade", "--json", JARCHI_DATABASE_URL=url).stdout) for _ in range(2)
    )
    assert list(first["seconds"]) == ["0013", "0015"]
    assert all(seconds >= 0 for seconds in first["seconds"].values())
    assert second["seconds"] == {}
