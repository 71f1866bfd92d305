"""Chunks of names worked on by a few threads at once, while the one that wants the results matches what is new to them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import NamedTuple

from translit.files.base import Chunk, Engine, Result
from translit.model import Match, Mention

THREADS = 3
"""Enough that nothing but the matching counts: while one waits for answers, others number values. Reading and writing have their own."""


class _Asked(NamedTuple):
    names: Sequence[str]
    reply: Future[Sequence[Match | None]]


class _Done(NamedTuple):
    number: int
    chunk: Chunk
    result: Result


class _End(NamedTuple):
    """No chunk of this number is left, perhaps for an error."""

    number: int
    error: BaseException | None = None


_Inbox = queue.SimpleQueue[_Asked | _Done | _End]


class Asking:
    """An engine that has names answered by the thread that wants the results: it hears Ctrl-C and may start processes."""

    def __init__(self) -> None:
        self.inbox: _Inbox = queue.SimpleQueue()

    def match_many(self, names: Sequence[str], /) -> Sequence[Match | None]:
        """A match or None for each name."""
        asked = _Asked(names, Future())
        self.inbox.put(asked)
        return asked.reply.result()

    def find_many(self, texts: Sequence[str], /) -> Sequence[Sequence[Mention]]:
        """Only names are asked for here."""
        raise NotImplementedError


def worked(chunks: Iterator[Chunk], work: Callable[[Chunk], Result], asking: Asking, engine: Engine) -> Generator[tuple[Chunk, Result]]:
    """The result of each chunk, in order.

    Args:
        chunks: never make a thread wait for long.
        work: done in several threads, on several chunks at once.
        asking: the engine that ``work`` asks.
        engine: answers, in this thread.
    """
    crew = _Crew(chunks, work, asking.inbox)
    threads = [threading.Thread(target=crew.run, name="translit-crew", daemon=True) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    try:
        yield from _in_order(crew, engine)
    finally:
        crew.stopped = True
        while any(thread.is_alive() for thread in threads):
            crew.room.release()
            with suppress(queue.Empty):
                told = asking.inbox.get(timeout=0.01)
                if isinstance(told, _Asked):
                    told.reply.cancel()


def _in_order(crew: _Crew, engine: Engine) -> Generator[tuple[Chunk, Result]]:
    early: dict[int, _Done | _End] = {}
    number = 0
    while True:
        told = early.pop(number, None) or crew.inbox.get()
        if isinstance(told, _Asked):
            _answer(told, engine)
        elif told.number != number:
            early[told.number] = told
        elif isinstance(told, _Done):
            yield told.chunk, told.result
            crew.room.release()
            number += 1
        elif told.error is not None:
            raise told.error
        else:
            return


def _answer(asked: _Asked, engine: Engine) -> None:
    try:
        asked.reply.set_result(engine.match_many(asked.names))
    except BaseException as error:
        # Who waits for the answer ends as well.
        asked.reply.set_exception(error)
        raise


class _Crew:
    """Threads that take chunks in turn."""

    def __init__(self, chunks: Iterator[Chunk], work: Callable[[Chunk], Result], inbox: _Inbox) -> None:
        self.inbox, self.stopped = inbox, False
        self.room = threading.Semaphore(THREADS)
        self._chunks, self._work = chunks, work
        self._turn, self._taken, self._ended = threading.Lock(), 0, False

    def run(self) -> None:
        """Work on chunks until there are no more."""
        self.room.acquire()
        while self._one():
            self.room.acquire()

    def _one(self) -> bool:
        """Work on the next chunk; whether there was one."""
        with self._turn:
            if self._ended:
                return False
            number = self._taken
            try:
                chunk = None if self.stopped else next(self._chunks, None)
            except BaseException as error:  # it is raised where the results are asked for
                self._ended = True
                self.inbox.put(_End(number, error))
                return False
            self._taken += chunk is not None
            if chunk is None:
                self._ended = True
                self.inbox.put(_End(number))
                return False
        try:
            self.inbox.put(_Done(number, chunk, self._work(chunk)))
        except BaseException as error:  # likewise
            self.inbox.put(_End(number, error))
            return False
        return True
