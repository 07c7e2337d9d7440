"""Results: one file of JSON lines, a row for each run, keyed by what decides its numbers."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from pathlib import Path
from typing import Any, Iterator, Mapping

from . import lab
from ._kernel import VERSION

__all__ = ["Conflict", "Store", "key_of"]

# What a link may hold that changes no number.
_VIEWS = {"digest", "twin", "pin", "guess", "guess2", "q", "hide", "embed", "present", "rehearse", "drawn", "route", "t"}


class Conflict(RuntimeError):
    """Two runs with one key have different digests: the promise of equal bits is broken, or a file was edited."""


def key_of(config: Mapping[str, Any], version: str = VERSION) -> str:
    """The key of a configuration: a hash of its exhibit, its settings with the seed among them, and the kernel's version.

    >>> one = {"exhibit": "train", "link": "#v=1&rate=0.5&step=300"}
    >>> other = {"exhibit": "train", "link": "#v=1&step=300&rate=0.50&digest=0123456789abcdef"}
    >>> key_of(one) == key_of(other), key_of(one) == key_of(one, "0.0.0")
    (True, False)
    """
    values = {}
    for name, text in lab.settings(config).items():
        if name in _VIEWS:
            continue
        try:
            values[name] = lab._text(float(text))
        except ValueError:
            values[name] = text
    canonical = json.dumps([config["exhibit"], sorted(values.items()), version])
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


class Store:
    """A file to which rows are only ever appended, each in one write: a run that is killed loses at most the row it was writing,
    and what is there twice is counted once."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows().values())

    def rows(self) -> dict[str, dict[str, Any]]:
        """The rows by their keys, without half written lines; `Conflict` if one key has two digests."""
        rows: dict[str, dict[str, Any]] = {}
        if not self.path.exists():
            return rows
        for line in self.path.read_text(encoding="utf-8").splitlines():
            try:
                row = json.loads(line)
                key, digest = row["key"], row["digest"]
            except (ValueError, TypeError, KeyError):
                continue  # the writer was killed
            known = rows.setdefault(key, row)
            if known["digest"] != digest:
                raise Conflict(f"{row['exhibit']} {row['link']}: {known['digest']} and {digest}")
        return rows

    def append(self, row: Mapping[str, Any]) -> None:
        """Appends a row, on a line of its own whatever was left of the last writer."""
        text = json.dumps(row, allow_nan=True)
        with self._lock:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
            try:
                end = os.lseek(file, 0, os.SEEK_END)
                torn = end > 0 and _byte_before(file, end) != b"\n"
                os.write(file, (("\n" if torn else "") + text + "\n").encode())
                os.fsync(file)
            finally:
                os.close(file)


def _byte_before(file: int, end: int) -> bytes:
    os.lseek(file, end - 1, os.SEEK_SET)
    return os.read(file, 1)
