"""`losscape run|sweep|plot`: the console script."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Sequence

from . import lab
from ._kernel import VERSION
from .plots import KINDS, plot
from .store import Conflict, Store
from .sweep import run_point, sweep


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="losscape", description="Runs of the loss-landscape lab: the same bits as the page.")
    parser.add_argument("--version", action="version", version=f"losscape {VERSION}")
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("run", help="make the run of a state that a page exported, and compare digests")
    one.add_argument("config", help="JSON with `exhibit` and `link`")
    one.add_argument("--out", help="a file of JSON lines, or .parquet, to add the result to")
    many = commands.add_parser("sweep", help="make the runs of all combinations of the lists under `sweep`")
    many.add_argument("config", help="JSON with `exhibit`, `link` and `sweep`")
    many.add_argument("--out", default="results.jsonl", help="a file of JSON lines, or .parquet; what it holds is not made again")
    many.add_argument("--engine", default="joblib", help="joblib, dask, dask:ADDRESS, slurm, slurm:local or serial")
    many.add_argument("--jobs", type=int, help="workers; all cores if not given")
    many.add_argument("--chunk-seconds", type=float, default=10.0, help="the least work that is sent out at once")
    drawn = commands.add_parser("plot", help="draw a state or a file of results, as PNG, SVG and numbers")
    drawn.add_argument("result", help="a state (JSON) or results (JSON lines, Parquet)")
    drawn.add_argument("--kind", default="auto", help=", ".join(KINDS))
    drawn.add_argument("--out", default="losscape", help="the files' name without an extension")
    return parser


# What is missing, and the extra that brings it.
_EXTRAS = {"matplotlib": "plot", "joblib": "sweep", "distributed": "dask", "submitit": "slurm", "pyarrow": "parquet"}


class _Progress:
    """A progress line: overwritten on a terminal, printed at every tenth elsewhere."""

    def __init__(self) -> None:
        self._tenth = -1

    def __call__(self, done: int, total: int, left: float) -> None:
        text = f"{done}/{total} runs, {left:.0f} s left"
        if sys.stderr.isatty():
            print(f"\r{text:<40}", end="\n" if done == total else "", file=sys.stderr, flush=True)
        elif 10 * done // total > self._tenth:
            self._tenth = 10 * done // total
            print(text, file=sys.stderr, flush=True)


def _load(path: str) -> dict:
    with open(path, encoding="utf-8") as file:
        try:
            config = json.load(file)
        except ValueError as error:
            raise ValueError(f"{path} is not JSON: {error}") from None
    if not isinstance(config, dict):
        raise ValueError(f"{path} must hold a JSON object with `exhibit` and `link`")
    return config


def _run(args: argparse.Namespace) -> int:
    config = _load(args.config)
    values = lab.settings(config)
    expected = config.get("digest") or values.pop("digest", None)
    row = run_point({"exhibit": config.get("exhibit"), "link": lab.link(values)})
    print(f"{row['exhibit']} at step {row['step']}: {row['digest']}")
    for name, number in row["numbers"].items():
        print(f"  {name:<18} {number:.9g}")
    if args.out:
        store = Store(args.out)
        store.append(row)
        store.seal()
    if expected and expected != row["digest"]:
        print(f"the file says {expected}: the runs differ", file=sys.stderr)
        return 1
    if expected:
        print("the same bits as in the file")
    return 0


def _sweep(args: argparse.Namespace) -> int:
    options = {"engine": args.engine, "jobs": args.jobs, "chunk_seconds": args.chunk_seconds}
    rows = sweep(_load(args.config), args.out, progress=_Progress(), **options)
    print(f"{len(rows)} runs in {args.out}")
    return 0


def _plot(args: argparse.Namespace) -> int:
    for path in plot(args.result, args.kind, args.out):
        print(path)
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """The console script."""
    args = _parser().parse_args(argv)
    try:
        return {"run": _run, "sweep": _sweep, "plot": _plot}[args.command](args)
    except ModuleNotFoundError as error:
        extra = _EXTRAS.get((error.name or "").split(".")[0])
        print(f"losscape: {error}" + (f"; pip install 'losscape-kernel[{extra}]'" if extra else ""), file=sys.stderr)
        return 2
    except (ValueError, OSError, Conflict, ImportError) as error:
        print(f"losscape: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("losscape: stopped; what was finished is kept, and the same command goes on", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
