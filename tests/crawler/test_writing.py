"""One writer for a process: transactions are shared, outcomes told after the commit, failures kept apart."""

import asyncio
import threading

import pytest
from sqlmodel import col, select

from crawler.writing import Writer
from news.errors import StorageError
from storage import runs
from storage.schema import open_store
from storage.tables import SourceRow


@pytest.fixture
def store(tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/archive.db")
    yield store
    store.close()


class Counting:
    """A store that counts its write transactions."""

    def __init__(self, store):
        self._store, self.transactions, self.is_sqlite = store, 0, store.is_sqlite

    def writing(self):
        self.transactions += 1
        return self._store.writing()


def enabled(store):
    with store.reading() as session:
        return [row.key for row in session.exec(select(SourceRow).order_by(col(SourceRow.key)))]


def enable(key):
    return lambda session: runs.set_enabled(session, key, True) or key


def write_all(writer, *actions, patient=True):
    async def main():
        return await asyncio.gather(
            *(writer.write(action, patient=patient) for action in actions), return_exceptions=True
        )

    try:
        return asyncio.run(main())
    finally:
        writer.close()


def test_what_waits_together_is_written_in_one_transaction(store):
    counting = Counting(store)
    assert write_all(Writer(counting), *map(enable, "abc")) == ["a", "b", "c"]
    assert counting.transactions == 1
    assert enabled(store) == ["a", "b", "c"]


def test_on_postgresql_each_has_its_own(store):
    counting = Counting(store)
    counting.is_sqlite = False
    assert write_all(Writer(counting), *map(enable, "abc")) == ["a", "b", "c"]
    assert counting.transactions == 3


def test_one_that_fails_costs_itself_alone(store):
    def fail(session):
        runs.set_enabled(session, "lost", True)
        session.flush()
        raise KeyError("mine")

    first, error, last = write_all(Writer(store), enable("a"), fail, enable("b"))
    assert (first, last) == ("a", "b")
    assert isinstance(error, KeyError)
    assert enabled(store) == ["a", "b"]


def test_nobody_hears_of_an_action_before_its_transaction_is_committed(store):
    writer, seen = Writer(store), []
    entered, released = threading.Event(), threading.Event()

    def slow(session):
        entered.set()
        assert released.wait(10)
        return "slow"

    async def tell():
        seen.append((await writer.write(enable("a"), patient=True), enabled(store)))

    async def main():
        first = asyncio.create_task(tell())
        second = asyncio.create_task(writer.write(slow, patient=True))
        await asyncio.to_thread(entered.wait, 10)
        assert seen == []  # the first has run, its transaction is still open
        assert enabled(store) == []
        released.set()
        await asyncio.gather(first, second)

    asyncio.run(main())
    writer.close()
    assert seen == [("a", ["a"])]


def test_the_next_action_of_a_transaction_finds_what_the_one_before_left(store):
    def count(session):
        return len(session.identity_map), len(session.exec(select(SourceRow.key)).all())

    assert write_all(Writer(store), enable("a"), count)[1] == (0, 1)


def test_what_ails_the_database_fails_each_that_waits_and_is_tried_once(store):
    class Broken:
        is_sqlite = True
        tries = 0

        def writing(self):
            self.tries += 1
            raise StorageError("the disk is full")

    broken = Broken()
    assert [str(error) for error in write_all(Writer(broken), *map(enable, "abc"))] == [
        "the disk is full"
    ] * 3
    assert broken.tries == 1


def test_after_its_end_the_writer_refuses(store):
    writer = Writer(store)
    writer.close()
    (error,) = write_all(writer, enable("a"))
    assert isinstance(error, RuntimeError)
