"""Worker processes that stay for the next batch, with their networks loaded."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from screening.office.office import Office
from screening.run.crew import Screened, Task, Workers
from screening.run.journal import subject
from screening.run.scan import used
from screening.run.shoot import Entry

# After so many pictures new processes take their place, so that nothing that a library keeps adds up.
MOST = 2000


class Standing:
    """A crew that is kept between batches, as long as a picture's result would depend on the same things."""

    def __init__(self, jobs: int = 0) -> None:
        """A crew of so many processes, which start with the first batch; 0 is one per core."""
        self._jobs = jobs or os.cpu_count() or 1
        self._workers: Workers | None = None
        self._about: tuple[object, ...] = ()
        self._screened = 0

    def __call__(self, waiting: Sequence[Entry], task: Task) -> Iterator[tuple[Entry, Screened | None]]:
        """The results in the order of the pictures, as `Crew` has them."""
        workers = self._ready(task)
        stays = False
        try:
            failed = False
            for entry, found in workers.screen(waiting):
                failed = failed or found is None
                yield entry, found
            self._screened += len(waiting)
            # what failed is tried again with the machine to itself; stages of others may depend on anything
            stays = not failed and bool(self._about[0]) and self._screened < MOST
        finally:
            if not stays:
                self.stop()

    def stop(self) -> None:
        """Ends the processes; the next batch starts others."""
        workers, self._workers = self._workers, None
        if workers is not None:
            workers.stop()

    def _ready(self, task: Task) -> Workers:
        # the registers too: a process may keep what it has read of them
        on = subject(task.pipeline, used(task.pipeline), Office.here())
        about = (on, task.scene, task.annotate, task.isolated)
        if self._workers is None or self._workers.broken or about != self._about:
            self.stop()
            self._workers, self._about, self._screened = Workers(task, self._jobs), about, 0
        return self._workers
