"""Runs of the lab: the JSON that a page exports, replayed to the same digest, and written for a page to open."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping, Sequence
from urllib.parse import parse_qsl, quote

import numpy as np

from ._kernel import VERSION, _exhibits, _run_exhibit, packed
from .results import Run

__all__ = [
    "EXHIBITS",
    "FIELDS",
    "Field",
    "Replayed",
    "complete",
    "link",
    "replay",
    "run",
    "run_exhibit",
    "settings",
    "state",
    "write_state",
]


@dataclass(frozen=True)
class Field:
    """A setting of an exhibit, as the page has it."""

    key: str
    kind: str
    """number, choice, flag or text."""
    default: int | float | str | bool
    choices: Sequence[str] = ()
    """What the page offers, in its order."""
    min: float | None = None
    max: float | None = None
    integer: bool = False
    view: bool = False
    """It changes no number of a run."""


# The page's own schemas, which `npm run settings` in web/ writes; nothing of them is stated here again.
_PAGE = json.loads(Path(__file__).with_name("settings.json").read_text(encoding="utf-8"))

FIELDS: Mapping[str, Mapping[str, Field]] = {
    exhibit: {field["key"]: Field(**field) for field in fields} for exhibit, fields in _PAGE["exhibits"].items()
}
"""Of each exhibit the settings by their keys."""

EXHIBITS = tuple(_exhibits())
"""The exhibits that can be replayed."""

# The reader's own data, packed; a link holds so many characters of it, and the page exports longer data beside the link.
_OWN, _MOST_IN_LINK = "own", _PAGE["most_in_link"]

_VERSION = _PAGE["version"]


@dataclass(frozen=True, eq=False)
class Replayed:
    """A replayed run of the page."""

    run: Run
    expected: str
    """The digest in the file, or an empty string."""
    same: bool | None
    """Whether both digests are equal; None if the file has none."""

    @property
    def digest(self) -> str:
        """The digest of this replay."""
        return self.run.digest

    @property
    def numbers(self) -> dict[str, float]:
        """The numbers that the page shows."""
        return self.run.numbers


def _load(source: str | os.PathLike[str] | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(source, Mapping):
        return source
    with open(source, encoding="utf-8") as file:
        loaded = json.load(file)
    if not isinstance(loaded, dict):
        raise ValueError(f"{os.fspath(source)} is not a state: an object with `exhibit` and `link`")
    return loaded


def _fields(exhibit: object) -> Mapping[str, Field]:
    if exhibit not in EXHIBITS:
        raise ValueError(f"`exhibit` is {exhibit!r}, must be one of {', '.join(EXHIBITS)}")
    return FIELDS[str(exhibit)]


def settings(source: Mapping[str, Any]) -> dict[str, str]:
    """The values of a state's link, by key; your own data, if too long for the link, are stored beside it.

    >>> settings({"exhibit": "train", "link": "#v=1&rate=0.5&step=300"})
    {'rate': '0.5', 'step': '300'}
    """
    _fields(source.get("exhibit"))
    text = source.get("link", "#v=1")
    if not isinstance(text, str) or not text.startswith("#"):
        raise ValueError(f"`link` is {text!r}, must begin with #")
    values = dict(parse_qsl(text[1:], keep_blank_values=True))
    version = values.pop("v", _VERSION)
    if version != _VERSION:
        raise ValueError(f"`link` is of version {version}, must be of version {_VERSION}")
    if isinstance(source.get(_OWN), str):
        values |= {_OWN: source[_OWN], "step": str(source.get("step", 0))}
    return values


def _text(value: object) -> str:
    """A number as a link holds it: the shortest decimal that round-trips to the same float32."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        text = np.format_float_positional(np.float32(value), unique=True, trim="-")
        return text
    return str(value)


def link(values: Mapping[str, object]) -> str:
    """The link of these values, the part that follows the page's address.

    >>> link({"rate": 0.1, "step": 300})
    '#v=1&rate=0.1&step=300'
    """
    parts = [f"{key}={quote(_text(value), safe=':,;')}" for key, value in values.items()]
    return "#" + "&".join([f"v={_VERSION}", *parts])


def complete(exhibit: str, values: Mapping[str, object]) -> dict[str, str]:
    """All settings on which the numbers of a run depend, as a link would hold them: these values, else the page's defaults.

    >>> found = complete("train", {"rate": 0.5, "q": "Does it get stuck?"})
    >>> found["rate"], found["hidden"], found["init"], "q" in found
    ('0.5', '16', 'glorot-uniform', False)
    """
    fields = _fields(exhibit)
    for key in values:
        if key not in fields:
            raise ValueError(f"`{key}` is no setting of {exhibit}")
    return {key: _text(values.get(key, field.default)) for key, field in fields.items() if not field.view}


def _refuse_unlike_page(exhibit: str, values: Mapping[str, object]) -> None:
    """What is made here may lie outside of what the page offers; there it would become something else."""
    for key, value in values.items():
        field, text = _fields(exhibit)[key], _text(value)
        if field.choices and text not in field.choices:
            raise ValueError(f"`{key}` is {text!r}, must for the page be one of {', '.join(field.choices)}")
        if field.min is not None and field.max is not None and not field.min <= float(text) <= field.max:
            raise ValueError(f"`{key}` is {text}, must for the page be from {field.min:g} to {field.max:g}")


def run_exhibit(exhibit: str, values: Mapping[str, object]) -> Run:
    """Makes a run of the page natively, from the values of its link, and returns its digest and numbers.

    >>> run_exhibit("train", {"step": "100"}).digest
    '6305f8443acbbe54'
    """
    return _run_exhibit(exhibit, complete(exhibit, values))


def run(exhibit: str, **values: object) -> Run:
    """Makes a run of the page natively, from the keys of its link.

    >>> found = run("train", step=100)
    >>> found.digest, round(found.numbers["accuracy"], 3)
    ('6305f8443acbbe54', 0.893)
    """
    return run_exhibit(exhibit, values)


def replay(source: str | os.PathLike[str] | Mapping[str, Any]) -> Replayed:
    """Replays what a page has exported (*Take home*, *State of the run*): a path to the JSON, or its object.

    >>> replay({"exhibit": "train", "link": "#v=1&step=100", "digest": "6305f8443acbbe54"}).same
    True
    """
    loaded = _load(source)
    values = settings(loaded)
    expected = str(loaded.get("digest") or values.get("digest") or "")
    # A link can stand before the run: the digest is that of the step it was exported at.
    made = run_exhibit(loaded["exhibit"], values)
    return Replayed(made, expected, made.digest == expected if expected else None)


def state(exhibit: str, **values: object) -> dict[str, Any]:
    """Makes a run and returns the object that a page opens (*Bring back*), and that `replay` reads. Refuses values that the page
    would change.

    >>> state("train", step=100)["link"]
    '#v=1&step=100&digest=6305f8443acbbe54'

    Data of one's own are packed first:

    >>> rows = np.array([[-2.0, 0.5], [2.0, 0.5], [-1.0, -0.5], [1.0, -0.5]], np.float32)
    >>> made = state("surface", scene="own", own=packed(rows, np.array([0, 1, 0, 1])), step=100)
    >>> made["link"], replay(made).same
    ('#v=1&scene=own&own=2s.1.AnBKBoBKATJBUJ&step=100&digest=e6aafa36019a5629', True)
    """
    _refuse_unlike_page(exhibit, values)
    made = run(exhibit, **values)
    values = {key: value for key, value in values.items() if key != "digest"}
    own = str(values.get(_OWN, ""))
    linked = values if len(own) <= _MOST_IN_LINK else {key: value for key, value in values.items() if key != _OWN}
    return {
        "exhibit": exhibit,
        "link": link({**linked, "digest": made.digest}),
        "settings": {key: _text(value) for key, value in values.items()},
        "step": made.step,
        "digest": made.digest,
        "build": f"native, losscape {VERSION}",
        **({} if linked is values else {_OWN: own}),
    }


def write_state(path: str | os.PathLike[str], exhibit: str, **values: object) -> dict[str, Any]:
    """Writes `state` to a file for the page."""
    made = state(exhibit, **values)
    Path(path).write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
    return made
