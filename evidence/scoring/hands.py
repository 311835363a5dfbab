"""Two threads for work that releases the interpreter: searching for faces, and asking detectors. In the child process.

They begin before the child gives up the right to begin any (:func:`evidence.media.worker.no_more_processes`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Barrier
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")
COUNT = 2
START_S = 30.0


class Hands:
    """Threads that wait for work. What each gives depends on what it was given alone, never on the other."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(COUNT, thread_name_prefix="hand")
        together = Barrier(COUNT)
        for begun in [self._pool.submit(together.wait, START_S) for _ in range(COUNT)]:
            begun.result()

    def begin(self, work: Callable[[], B]) -> Future[B]:
        """``work``, beside what the caller does."""
        return self._pool.submit(work)

    def each(self, work: Callable[[A], B], given: Iterable[A]) -> Iterator[B]:
        """``work`` of each of ``given``, in order. It may be made meanwhile: no more is taken than needed."""
        pending: deque[Future[B]] = deque()
        try:
            for one in given:
                pending.append(self._pool.submit(work, one))
                if len(pending) > COUNT:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            wait(pending)
