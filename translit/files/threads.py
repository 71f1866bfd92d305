"""Reading ahead and writing behind, each in a thread of its own, while this one has values answered."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterator
from contextlib import suppress
from typing import Generic, Protocol, TypeVar

Item = TypeVar("Item")
AHEAD = 2
"""Chunks that are read before they are asked for."""
BEHIND = 1
"""Chunks that wait to be written."""


class Writes(Protocol):
    """Takes bytes in order."""

    def write(self, data: bytes, /) -> object: ...

    def finish(self) -> None: ...


class _End(Generic[Item]):
    """The end of what is read, with the error that ended it."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def ahead(items: Iterator[Item]) -> Generator[Item]:
    """The same items, a few of them made before they are asked for.

    >>> list(ahead(iter("abc")))
    ['a', 'b', 'c']
    """
    made: queue.Queue[Item | _End[Item]] = queue.Queue(AHEAD)
    stopped = threading.Event()
    thread = threading.Thread(target=_make, args=(items, made, stopped), name="translit-reader", daemon=True)
    thread.start()
    try:
        while not isinstance(item := made.get(), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        stopped.set()
        while thread.is_alive():
            # It may wait for room.
            with suppress(queue.Empty):
                made.get(timeout=0.01)
        thread.join()


def _make(items: Iterator[Item], made: queue.Queue[Item | _End[Item]], stopped: threading.Event) -> None:
    error = None
    try:
        for item in items:
            if stopped.is_set():
                return
            made.put(item)
    except BaseException as found:  # it is raised where the items are asked for
        error = found
    made.put(_End(error))


class Behind:
    """Passes on what is written, in order and later; an error is raised at the next call.

    Args:
        sink: takes the bytes, in a thread of its own.
    """

    def __init__(self, sink: Writes) -> None:
        self._sink = sink
        self._given: queue.Queue[bytes | None] = queue.Queue(BEHIND)
        self._error: BaseException | None = None
        self._stopped = False
        self._thread = threading.Thread(target=self._pass_on, name="translit-writer", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Have some bytes written."""
        self._check()
        self._given.put(data)

    def finish(self) -> None:
        """Write what waits, and end the sink."""
        self._end()
        self._check()
        self._sink.finish()

    def stop(self) -> None:
        """Write no more; nothing happens after :meth:`finish`."""
        self._stopped = True
        self._end()

    def _end(self) -> None:
        if self._thread.is_alive():
            self._given.put(None)
            self._thread.join()

    def _check(self) -> None:
        if self._error is not None:
            raise self._error

    def _pass_on(self) -> None:
        while (data := self._given.get()) is not None:
            if self._error is not None or self._stopped:
                continue
            try:
                self._sink.write(data)
            except BaseException as error:  # it is raised where the bytes come from
                self._error = error
