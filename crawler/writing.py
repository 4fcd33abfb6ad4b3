"""The one writer of a process: what waits while it is busy is written by its next transaction together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlmodel import Session

from news.errors import StorageError
from storage.engine import Store

log = logging.getLogger(__name__)

Result = TypeVar("Result")
Action = Callable[[Session], Any]

#: Actions of one transaction at most: other processes wait for it.
_MOST = 32
#: Seconds that an action nobody hurries waits for others, and how many of them do not wait any more.
_PATIENCE, _ENOUGH = 0.05, 8


@dataclass(frozen=True, slots=True)
class _Waiting:
    action: Action
    future: asyncio.Future[Any]


class Writer:
    """Runs actions one after the other in write transactions, outside the event loop.

    Several share a transaction on SQLite: each of its own would write the same pages of the file again. Nobody hears
    of an action before its transaction is committed. Where one of them fails, what the transaction did is undone and
    each is run once more in a transaction of its own: an action may run twice, and counts only what was committed.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        # on PostgreSQL names are locked by one call a transaction (`storage.turns`): two could wait in a circle
        self._most = _MOST if store.is_sqlite else 1
        # one thread: the writers of a process take turns instead of waiting for SQLite's lock
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="archive")
        self._waiting: list[_Waiting] = []
        self._hurry = asyncio.Event()
        self._writing: asyncio.Task[None] | None = None

    async def write(self, action: Callable[[Session], Result], *, patient: bool = False) -> Result:
        """Run an action; a `patient` one waits a moment for others to share its transaction."""
        loop = asyncio.get_running_loop()
        if self._most == 1:
            return await loop.run_in_executor(self._thread, self._alone, action)
        future: asyncio.Future[Result] = loop.create_future()
        self._waiting.append(_Waiting(action, future))
        if not patient or len(self._waiting) >= _ENOUGH:
            self._hurry.set()
        if self._writing is None or self._writing.done():
            self._writing = loop.create_task(self._write_all())
        return await future

    def close(self) -> None:
        """Wait for what is being written; later actions are refused."""
        self._thread.shutdown()

    async def _write_all(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            await self._gather()
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            actions = [waiting.action for waiting in batch]
            try:
                outcomes = await loop.run_in_executor(self._thread, self._together, actions)
            except RuntimeError as error:  # the process is being closed
                outcomes = [_Raised(error)] * len(batch)
            for waiting, outcome in zip(batch, outcomes, strict=True):
                _tell(waiting.future, outcome)

    async def _gather(self) -> None:
        """Wait until somebody hurries, or there are enough."""
        if not self._hurry.is_set() and len(self._waiting) < _ENOUGH:
            with suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE):
                    await self._hurry.wait()
        self._hurry.clear()

    def _together(self, actions: Sequence[Action]) -> list[Any]:
        """What each action gave, or raised."""
        if len(actions) > 1:
            try:
                return self._shared(actions)
            except StorageError as error:  # what ails the database fails each of them
                return [_Raised(error)] * len(actions)
            except Exception as error:  # noqa: BLE001 - whose fault it is shows when each is alone
                log.debug("written one by one: %s", error)
        return [self._tried(action) for action in actions]

    def _shared(self, actions: Sequence[Action]) -> list[Any]:
        outcomes = []
        with self._store.writing() as session:
            for action in actions:
                outcomes.append(action(session))
                session.flush()
                session.expunge_all()  # the next one finds the database, not what this one held
        return outcomes

    def _tried(self, action: Action) -> Any:
        try:
            return self._alone(action)
        except Exception as error:  # noqa: BLE001 - handed on to whoever asked for it
            return _Raised(error)

    def _alone(self, action: Callable[[Session], Result]) -> Result:
        with self._store.writing() as session:
            return action(session)


@dataclass(frozen=True, slots=True)
class _Raised:
    error: Exception


def _tell(future: asyncio.Future[Any], outcome: Any) -> None:
    if future.done():  # whoever waited was ended
        return
    if isinstance(outcome, _Raised):
        future.set_exception(outcome.error)
    else:
        future.set_result(outcome)
