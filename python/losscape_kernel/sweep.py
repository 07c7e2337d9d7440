"""Sweeps: many runs of one configuration, on an existing engine."""

from __future__ import annotations

import importlib
import itertools
import math
import os
import platform
import threading
import time
from typing import Any, Callable, Iterable, Iterator, Mapping, Sequence

from . import lab
from ._kernel import VERSION
from .store import Conflict, Store, key_of

__all__ = ["points", "run_point", "sweep"]

Config = Mapping[str, Any]
Row = dict[str, Any]


def points(config: Config) -> list[dict[str, str]]:
    """The configurations of a sweep: every combination of the lists under `sweep`, applied over the settings of `link`.

    >>> sweep = {"exhibit": "train", "link": "#v=1&step=100", "sweep": {"seed": [1, 2], "hidden": [2, 3]}}
    >>> [point["link"] for point in points(sweep)][:2]
    ['#v=1&step=100&seed=1&hidden=2', '#v=1&step=100&seed=1&hidden=3']
    """
    base = lab.settings(config)
    base.pop("digest", None)
    axes = config.get("sweep", {})
    if not isinstance(axes, Mapping):
        raise ValueError("`sweep` must be an object with a list for each key")
    for name, values in axes.items():
        if not isinstance(values, (list, tuple)) or not values:
            raise ValueError(f"`sweep`: {name} is {values!r}, must be a list of values")
    found = []
    for values in itertools.product(*axes.values()):
        settings = {**base, **dict(zip(axes, values))}
        found.append({"exhibit": str(config["exhibit"]), "link": lab.link(settings)})
    return found


def run_point(point: Config) -> Row:
    """Makes one run and returns its row."""
    start = time.perf_counter()
    made = lab.run_exhibit(point["exhibit"], lab.settings(point))
    return {
        "key": key_of(point),
        "exhibit": point["exhibit"],
        "link": point["link"],
        "version": VERSION,
        "step": made.step,
        "digest": made.digest,
        "not_finite": made.not_finite,
        "numbers": made.numbers,
        "seconds": round(time.perf_counter() - start, 3),
        "host": f"{platform.node()}:{os.getpid()}:{threading.get_ident()}",
    }


def run_points(points: Sequence[Config]) -> list[Row]:
    """Makes the runs of a chunk in order."""
    return [run_point(point) for point in points]


Chunks = Sequence[Sequence[Config]]


def _serial(chunks: Chunks, jobs: int, keep: Callable[[Row], None], place: str) -> None:
    for point in itertools.chain.from_iterable(chunks):
        keep(run_point(point))


def _joblib(chunks: Chunks, jobs: int, keep: Callable[[Row], None], place: str) -> None:
    """Threads: the kernel runs without the interpreter's lock. Each row is stored as soon as it is computed."""
    from joblib import Parallel, delayed

    stop = threading.Event()

    def work(chunk: Sequence[Config]) -> None:
        for point in chunk:
            if stop.is_set():
                return
            keep(run_point(point))

    try:
        Parallel(n_jobs=jobs, backend="threading")(delayed(work)(chunk) for chunk in chunks)
    except BaseException:
        stop.set()
        raise


def _dask(chunks: Chunks, jobs: int, keep: Callable[[Row], None], place: str) -> None:
    """A Dask cluster at an address, or a local one of processes. If a worker dies, another computes its chunk."""
    from distributed import Client, as_completed

    with Client(place) if place else Client(n_workers=jobs, threads_per_worker=1, processes=True) as client:
        futures = [client.submit(run_points, chunk, pure=False, retries=3) for chunk in chunks]
        try:
            for future in as_completed(futures):
                for row in future.result():
                    keep(row)
        except BaseException:
            client.cancel(futures)
            raise


def _slurm(chunks: Chunks, jobs: int, keep: Callable[[Row], None], place: str) -> None:
    """Slurm through submitit, one job per chunk, at most `jobs` at once; the cluster `local` runs processes here instead."""
    import submitit

    executor = submitit.AutoExecutor(folder="losscape-jobs/%j", cluster=place or None)
    executor.update_parameters(timeout_min=60 * 24, name="losscape")
    if executor.cluster == "slurm":
        executor.update_parameters(slurm_array_parallelism=jobs)
    running = executor.map_array(run_points, list(chunks))
    try:
        for job in submitit.helpers.as_completed(running, poll_frequency=1):
            for row in job.result():
                keep(row)
    except BaseException:
        for job in running:
            job.cancel(check=False)
        raise


_ENGINES: dict[str, Callable[[Chunks, int, Callable[[Row], None], str], None]] = {
    "serial": _serial,
    "joblib": _joblib,
    "dask": _dask,
    "slurm": _slurm,
}


_NEEDS = {"joblib": ["joblib"], "dask": ["distributed"], "slurm": ["submitit"]}


def _chunks(points: Sequence[Config], seconds_each: float, seconds: float) -> Iterator[Sequence[Config]]:
    """Consecutive points that take at least `seconds` together."""
    size = max(1, math.ceil(seconds / max(seconds_each, 1e-3)))
    for first in range(0, len(points), size):
        yield points[first : first + size]


def _unlike(rows: Iterable[Row], again: Mapping[str, Row]) -> list[str]:
    return [f"{row['link']}: {row['digest']}, then {again[row['key']]['digest']}" for row in rows
            if row["digest"] != again[row["key"]]["digest"]]


def sweep(
    config: Config,
    out: str | os.PathLike[str],
    *,
    engine: str = "joblib",
    jobs: int | None = None,
    chunk_seconds: float = 10.0,
    check: float = 0.01,
    progress: Callable[[int, int, float], None] | None = None,
) -> list[Row]:
    """Makes all runs of a configuration that `out` does not hold yet, and returns all rows.

    `out` is a file of JSON lines, or ends in `.parquet` (needs pyarrow). `engine` is joblib (threads here), dask or dask:ADDRESS, slurm (or slurm:local), serial. Points go out in chunks of at least
    `chunk_seconds`, by the time that the first took. Rows are appended as they arrive, so a sweep that is stopped or killed goes on
    where it was when it is called again. A share `check` of the points, at least one, is computed once more and must have the same
    digests.
    """
    name, _, place = engine.partition(":")
    if name not in _ENGINES:
        raise ValueError(f"`engine` is {engine!r}, must be one of {', '.join(_ENGINES)}")
    store, jobs = Store(out), jobs or os.cpu_count() or 1
    # What is missing is reported before the work, not after it.
    for needed in [*_NEEDS.get(name, ()), *(["pyarrow"] if store.is_table else [])]:
        importlib.import_module(needed)
    wanted = {key_of(point): point for point in points(config)}
    rows = {key: row for key, row in store.rows().items() if key in wanted}
    for key, row in rows.items():
        if key_of(row) != key:
            raise Conflict(f"{os.fspath(out)}: {key} is not the key of {row['exhibit']} {row['link']}: the file was edited")
    todo = [point for key, point in wanted.items() if key not in rows]
    lock = threading.Lock()
    start, before = time.perf_counter(), len(rows)

    def keep(row: Row) -> None:
        with lock:
            if row["key"] not in rows:
                rows[row["key"]] = row
                store.append(row)
            if progress:
                made = len(rows) - before
                progress(len(rows), len(wanted), (time.perf_counter() - start) / max(made, 1) * (len(wanted) - len(rows)))

    try:
        if todo:
            keep(run_point(todo[0]))
            first = rows[key_of(todo[0])]["seconds"]
            if len(todo) > 1:
                _ENGINES[name](list(_chunks(todo[1:], first, chunk_seconds)), jobs, keep, place)
        if check > 0 and rows:
            # By the key, so that it is not always the first; the same ones every time.
            sample = sorted(rows.values(), key=lambda row: row["key"][::-1])[: math.ceil(check * len(rows))]
            again: dict[str, Row] = {}
            _ENGINES[name]([[row] for row in sample], jobs, lambda row: again.__setitem__(row["key"], row), place)
            unlike = _unlike(sample, again)
            if unlike:
                raise Conflict("\n".join(unlike))
    finally:
        store.seal()
    return [rows[key] for key in wanted]
