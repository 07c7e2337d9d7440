"""Results: one file of JSON lines or a Parquet table, a row for each run, keyed by the settings that determine its numbers."""

from __future__ import annotations

import errno
import hashlib
import itertools
import json
import os
import threading
from pathlib import Path
from typing import Any, Iterator, Mapping

from . import lab
from ._kernel import VERSION

__all__ = ["Conflict", "Store", "key_of"]


class Conflict(RuntimeError):
    """Two runs with one key have different digests: the promise of equal bits is broken, or a file was edited."""


def key_of(config: Mapping[str, Any], version: str = VERSION) -> str:
    """The key of a configuration: a hash of its exhibit, its settings with the seed among them, and the kernel's version.

    >>> one = {"exhibit": "train", "link": "#v=1&rate=0.5&step=300"}
    >>> other = {"exhibit": "train", "link": "#v=1&step=300&rate=0.50&digest=0123456789abcdef"}
    >>> key_of(one) == key_of(other), key_of(one) == key_of(one, "0.0.0")
    (True, False)
    """
    values, fields = {}, lab.FIELDS[config["exhibit"]]
    for name, text in lab.settings(config).items():
        if name in fields and fields[name].view:
            continue
        try:
            values[name] = lab._text(float(text))
        except ValueError:
            values[name] = text
    canonical = json.dumps([config["exhibit"], sorted(values.items()), version])
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


class Store:
    """A file to which rows are only ever appended, each in one write: a run that is killed loses at most the row it was writing,
    and what is there twice is counted once.

    A path that ends in `.parquet` is a table for other tools, with a column for each setting and each number. Nothing can be appended to
    a Parquet file, so rows go to JSON lines beside it (`.parquet.jsonl`), and `seal` writes the table anew from all rows of both.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.is_table = self.path.suffix == ".parquet"
        self._lines = self.path.with_name(self.path.name + ".jsonl") if self.is_table else self.path
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows().values())

    def rows(self) -> dict[str, dict[str, Any]]:
        """The rows by key, without incomplete lines; raises `Conflict` if one key has two digests."""
        rows: dict[str, dict[str, Any]] = {}
        for row in itertools.chain(_table_rows(self.path) if self.is_table else (), _line_rows(self._lines)):
            known = rows.setdefault(row["key"], row)
            if known["digest"] != row["digest"]:
                raise Conflict(f"{row['exhibit']} {row['link']}: {known['digest']} and {row['digest']}")
        return rows

    def seal(self) -> None:
        """Writes the table, if any, as a whole: a reader sees the old one or the new one."""
        if self.is_table and (rows := list(self.rows().values())):
            _write_table(self.path, rows)

    def append(self, row: Mapping[str, Any]) -> None:
        """Appends a row on its own line, whatever the last writer left behind."""
        text = json.dumps(row, allow_nan=True)
        with self._lock:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(self._lines, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
            try:
                end = os.lseek(file, 0, os.SEEK_END)
                torn = end > 0 and _byte_before(file, end) != b"\n"
                line = (("\n" if torn else "") + text + "\n").encode()
                # A disk that is nearly full takes a part; the rest would not be a line of its own any more.
                if os.write(file, line) < len(line):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), os.fspath(self._lines))
                os.fsync(file)
            finally:
                os.close(file)


def _byte_before(file: int, end: int) -> bytes:
    os.lseek(file, end - 1, os.SEEK_SET)
    return os.read(file, 1)


def _line_rows(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        return
    # By bytes: what was left of a line need not be text.
    for line in path.read_bytes().split(b"\n"):
        try:
            row = json.loads(line)
            whole = _OF_A_LINE <= row.keys() and isinstance(row["numbers"], dict)
        except (ValueError, AttributeError):
            continue  # the writer was killed
        if whole:
            yield row


# What a line must have to be a row.
_OF_A_LINE = {"key", "exhibit", "link", "version", "step", "digest", "not_finite", "numbers", "seconds", "host"}

# Columns of a table: those of a row, then its settings and its numbers.
_OF_A_ROW = ("key", "exhibit", "link", "version", "step", "digest", "not_finite", "seconds", "host")
_SETTING, _NUMBER = "setting.", "number."


def _table_rows(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        return
    from pyarrow import parquet

    for line in parquet.read_table(path).to_pylist():
        numbers = {name[len(_NUMBER) :]: x for name, x in line.items() if name.startswith(_NUMBER) and x is not None}
        yield {**{name: line[name] for name in _OF_A_ROW}, "numbers": numbers}


def _write_table(path: Path, rows: list[dict[str, Any]]) -> None:
    import pyarrow
    from pyarrow import parquet

    lines, columns = [], dict.fromkeys(_OF_A_ROW)
    for row in rows:
        settings = {_SETTING + name: text for name, text in lab.settings(row).items()}
        numbers = {_NUMBER + name: float(x) for name, x in row["numbers"].items()}
        lines.append({**{name: row[name] for name in _OF_A_ROW}, **settings, **numbers})
        columns |= dict.fromkeys([*settings, *numbers])
    table = pyarrow.table({name: [line.get(name) for line in lines] for name in columns})
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    parquet.write_table(table, new)
    os.replace(new, path)
