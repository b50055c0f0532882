"""Screens pictures on Ray: a worker for each core of this computer or of a cluster, fed by Ray Data.

Each of Ray's actors holds one core and one worker process of ours, so that a picture meets the very code, time limit
and sandbox that it meets without Ray, and one that ends its process costs Ray nothing. GPUs are not asked for: no stage
uses one.
"""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from screening import code
from screening.office.office import Office
from screening.office.register_file import noted
from screening.pipeline import Pipeline
from screening.run.connection import HOMES, ClusterError, connected, translated
from screening.run.crew import Screened, Task, Workers
from screening.run.shoot import Entry
from screening.stages import networks
from screening.weights import manifest

# The most pictures that are given to an actor at once: what is lost with it, and how seldom Ray has to do something.
BLOCK = 16
# For each actor there are at least so many blocks, so that all end at about the same time.
SHARES = 8
# Seconds between looks at whether the cluster has lost a computer; how long a cluster may take to begin.
WATCH, BEGINS_WITHIN = 15.0, 300.0
# How often what a lost computer had in hand is given to the others.
ROUNDS = 5
# What the actors are told of the environment, wherever they are; those on this computer are told the `HOMES`, too.
PASSED = ("SCREENING_HOME", "SCREENING_COMPILED")


class _LostError(Exception):
    """A computer of the cluster is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """The actors of a Ray cluster, as a `Crew`.

    Attributes:
        address: of a running cluster, as `ray start` says it; "" starts one for this scan on this computer alone.
        jobs: how many actors; 0 is one per core.
    """

    address: str = ""
    jobs: int = 0

    def __call__(self, waiting: Sequence[Entry], task: Task) -> Iterator[tuple[Entry, Screened | None]]:
        """The results as they come, as `Crew` has them; each picture once, however often Ray tried it.

        Raises:
            AnalysisError: if Ray is not installed.
            ClusterError: if Ray stops: the pictures so far are in the journal, and the next scan carries on.
        """
        left = dict(enumerate(waiting))
        for _ in range(ROUNDS):
            with connected(self.address, self.jobs), translated(self.address):
                try:
                    for number, answer in _answers(left, task, self):
                        # a retried block may give a picture a second time
                        if (entry := left.pop(number, None)) is not None:
                            yield entry, answer
                except _LostError:
                    pass
            if not left:
                return
        raise ClusterError("Ray lost its computers again and again; scan again into the same folder, which carries on")


def surroundings(pipeline: Pipeline) -> tuple[object, ...]:
    """What a computer must have in common with the one that started the scan: code, networks and registers."""
    known = manifest()
    folder = Office.here().register_folder(pipeline.register_folder)
    used = [known[name].sha256 for name in networks(pipeline.stages)]
    return code.version(pipeline.foreign), used, noted(folder)


def _answers(waiting: Mapping[int, Entry], task: Task, cluster: Cluster) -> Iterator[tuple[int, Screened | None]]:
    """The result for each picture by its number, from actors that Ray starts anew when they end.

    Raises:
        _LostError: if a computer of the cluster is gone, and its actors can begin nowhere.
        ClusterError: if nothing comes for as long as a whole block may take.
    """
    import ray

    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    cores = max(1, int(ray.cluster_resources().get("CPU", 1)))
    actors = min(cluster.jobs or cores, cores, len(waiting))
    block = max(1, min(BLOCK, len(waiting) // (actors * SHARES)))
    rows = [
        {"number": number, "entry": pickle.dumps(replace(entry, path=Path.cwd() / entry.path))}
        for number, entry in waiting.items()
    ]
    names = PASSED if cluster.address else (*PASSED, *HOMES)
    passed = {name: os.environ[name] for name in names if name in os.environ}
    found = ray.data.from_items(rows, override_num_blocks=-(-len(rows) // block)).map_batches(
        Actor,
        fn_constructor_args=(pickle.dumps(task), surroundings(task.pipeline), str(Path.cwd()), passed),
        batch_size=None,
        num_cpus=1,
        compute=ray.data.ActorPoolStrategy(size=actors),
    )
    patience = BEGINS_WITHIN + task.pipeline.limits.seconds * block
    for row in _watched(found.iter_rows(), patience):
        yield int(row["number"]), pickle.loads(row["answer"])


def _watched(rows: Iterable[Mapping[str, Any]], patience: float) -> Iterator[Mapping[str, Any]]:
    """The rows; while none comes, it is looked whether all computers of the cluster are still there."""
    import ray

    arrived: SimpleQueue[Mapping[str, Any] | BaseException | None] = SimpleQueue()

    def fetch() -> None:
        try:
            for row in rows:
                arrived.put(row)
            arrived.put(None)
        except BaseException as error:
            arrived.put(error)

    alive, since = _alive(), time.monotonic()
    Thread(target=fetch, daemon=True).start()
    while True:
        try:
            one = arrived.get(timeout=WATCH)
        except Empty:
            if _alive() < alive:
                raise _LostError from None
            if time.monotonic() - since > patience:
                raise ray.exceptions.GetTimeoutError("no picture was finished") from None
            continue
        if one is None:
            return
        if isinstance(one, BaseException):
            raise one
        since = time.monotonic()
        yield one


def _alive() -> int:
    import ray

    return sum(bool(node["Alive"]) for node in ray.nodes())


class Actor:
    """One worker process of ours, on any computer of the cluster."""

    def __init__(self, task: bytes, expected: tuple[object, ...], folder: str, passed: Mapping[str, str]) -> None:
        """Starts it.

        Raises:
            ClusterError: if this computer would not find the same: another program, other networks or registers.
        """
        with contextlib.suppress(OSError):  # names of files may count from there
            os.chdir(folder)
        os.environ |= passed
        self._task: Task = pickle.loads(task)
        if surroundings(self._task.pipeline) != expected:
            raise ClusterError(
                f"{os.uname().nodename if hasattr(os, 'uname') else 'a computer'} of the cluster has another version "
                "of screening, or other networks or registers: install the same, and share the office's folder"
            )
        self._workers = Workers(self._task, 1)

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, Any]:
        """Screens a block of pictures."""
        if self._workers.broken:
            self._workers.stop()
            self._workers = Workers(self._task, 1)
        entries = [pickle.loads(one) for one in batch["entry"]]
        answers = [pickle.dumps(answer) for _, answer in self._workers.screen(entries)]
        return {"number": batch["number"], "answer": answers}
