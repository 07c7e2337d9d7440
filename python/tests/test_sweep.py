"""Sweeps: duplicates and resumes are harmless, a killed worker changes nothing, and digests are compared."""

import json
import os
import signal
import subprocess
import sys
import threading

import pytest

from losscape_kernel import cli, lab
from losscape_kernel.store import Conflict, Store, key_of
from losscape_kernel.sweep import points, run_point, sweep

CONFIG = {"exhibit": "train", "link": "#v=1&step=200", "sweep": {"seed": [1, 2, 3], "hidden": [2, 3]}}
OPTIONS = {"jobs": 2, "chunk_seconds": 0.02}


def digests(rows):
    return [row["digest"] for row in rows]


@pytest.fixture(scope="module")
def serial(tmp_path_factory):
    return sweep(CONFIG, tmp_path_factory.mktemp("serial") / "r.jsonl", engine="serial")


def test_joblib_gives_the_same(tmp_path, serial):
    seen = []
    rows = sweep(CONFIG, tmp_path / "r.jsonl", progress=lambda *at: seen.append(at), **OPTIONS)
    assert digests(rows) == digests(serial) and len(set(digests(rows))) == 6
    assert [done for done, _, _ in seen] == [1, 2, 3, 4, 5, 6]


def test_resumes_and_duplicates_are_harmless(tmp_path, serial):
    file = tmp_path / "r.jsonl"
    for row in serial[:4]:
        Store(file).append(row)
    Store(file).append(serial[0])
    with file.open("a") as open_file:
        open_file.write('{"key": "half a row')
    rows = sweep(CONFIG, file, check=0, **OPTIONS)
    assert digests(rows) == digests(serial)
    lines = file.read_text().splitlines()
    assert len(lines) == 4 + 1 + 1 + 2, "two were left to make"
    before = file.read_text()
    sweep(CONFIG, file, check=0, **OPTIONS)
    assert file.read_text() == before, "nothing was left to make"


def test_a_parquet_table(tmp_path, serial):
    parquet = pytest.importorskip("pyarrow.parquet")
    file = tmp_path / "r.parquet"
    rows = sweep(CONFIG, file, **OPTIONS)
    assert digests(rows) == digests(serial)
    table = parquet.read_table(file)
    assert table["digest"].to_pylist() == [row["digest"] for row in Store(file)]
    assert sorted(zip(table["setting.seed"].to_pylist(), table["setting.hidden"].to_pylist())) == [(s, h) for s in "123" for h in "23"]
    by_key = dict(zip(table["key"].to_pylist(), table["number.loss"].to_pylist()))
    assert by_key == {row["key"]: row["numbers"]["loss"] for row in serial}
    # Either part is enough; both together hold nothing twice.
    before = Store(file).rows()
    (tmp_path / "r.parquet.jsonl").unlink()
    other = {"exhibit": "paths", "link": "#v=1&task=egg-carton&step=40"}
    again = sweep({**CONFIG, "sweep": {"seed": [1, 2, 3, 4], "hidden": [2, 3]}}, file, **OPTIONS)
    assert digests(again)[:6] == digests(rows) and len(again) == 8
    Store(file).append(run_point(other))
    Store(file).append(serial[0])
    Store(file).seal()
    assert parquet.read_table(file).num_rows == 9 and {**Store(file).rows(), **before} == Store(file).rows()
    assert cli.main(["plot", str(file), "--kind", "path", "--out", str(tmp_path / "path")]) == 0
    Store(file).append({**serial[0], "digest": "0" * 16})
    with pytest.raises(Conflict):
        Store(file).seal()


def test_other_bits_are_told(tmp_path, serial):
    file = tmp_path / "r.jsonl"
    Store(file).append(serial[0])
    Store(file).append({**serial[0], "digest": "0" * 16})
    with pytest.raises(Conflict):
        Store(file).rows()
    file.unlink()
    for row in serial:
        Store(file).append({**row, "digest": "0" * 16})
    with pytest.raises(Conflict, match="0000000000000000"):
        sweep(CONFIG, file, check=0.01, **OPTIONS)


def test_keys_name_what_decides_the_numbers():
    keys = {key_of(point) for point in points(CONFIG)}
    assert len(keys) == 6
    with pytest.raises(ValueError, match="`sweep`"):
        points({**CONFIG, "sweep": {"seed": 3}})
    with pytest.raises(ValueError, match="`engine`"):
        sweep(CONFIG, "unused", engine="abacus")


def test_ctrl_c_loses_nothing(tmp_path, serial):
    config = {**CONFIG, "link": "#v=1&step=10000", "sweep": {"seed": list(range(1, 9))}}
    file = tmp_path / "r.jsonl"

    def interrupt(done, total, left):
        if done == 3:
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        sweep(config, file, progress=interrupt, **OPTIONS)
    kept = len(Store(file).rows())
    assert 3 <= kept < 8
    assert len(sweep(config, file, **OPTIONS)) == 8


def test_a_killed_worker_of_dask_changes_nothing(tmp_path):
    distributed = pytest.importorskip("distributed")
    config = {"exhibit": "train", "link": "#v=1&step=6000", "sweep": {"seed": list(range(1, 13))}}
    expected = digests(sweep(config, tmp_path / "serial.jsonl", engine="serial", check=0))
    killed = []
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as client:
        pids = client.run(os.getpid)

        def kill(done, total, left):
            # One that is at work.
            busy = [pids[worker] for worker, keys in client.processing().items() if keys and worker in pids]
            if 3 <= done < total and busy and not killed:
                killed.append(busy[0])
                os.kill(busy[0], signal.SIGKILL)

        rows = sweep(config, tmp_path / "dask.jsonl", engine=f"dask:{cluster.scheduler_address}", jobs=2, chunk_seconds=0.05,
                     check=0.2, progress=kill)
    assert killed and digests(rows) == expected
    assert len({row["host"].split(":")[1] for row in rows} - {str(os.getpid())}) >= 1, "in other processes"
    assert len(Store(tmp_path / "dask.jsonl").rows()) == 12


def test_submitit_here(tmp_path, monkeypatch, serial):
    pytest.importorskip("submitit")
    monkeypatch.chdir(tmp_path)
    rows = sweep(CONFIG, "r.jsonl", engine="slurm:local", jobs=2, chunk_seconds=10, check=0)
    assert digests(rows) == digests(serial)


def test_the_console_script(tmp_path, capsys):
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"exhibit": "train", "link": "#v=1&step=100", "digest": "6305f8443acbbe54"}))
    assert cli.main(["run", str(config), "--out", str(tmp_path / "one.jsonl")]) == 0
    assert "the same bits" in capsys.readouterr().out
    config.write_text(json.dumps({"exhibit": "train", "link": "#v=1&step=100", "digest": "0" * 16}))
    assert cli.main(["run", str(config)]) == 1
    config.write_text(json.dumps(CONFIG))
    assert cli.main(["sweep", str(config), "--out", str(tmp_path / "r.jsonl"), "--jobs", "2"]) == 0
    assert "6 runs" in capsys.readouterr().out
    assert cli.main(["sweep", str(tmp_path / "missing.json")]) == 2
    assert cli.main(["plot", str(tmp_path / "r.jsonl"), "--out", str(tmp_path / "table")]) == 0
    assert {file.suffix for file in tmp_path.glob("table.*")} == {".png", ".svg", ".csv"}


@pytest.mark.parametrize(
    "module, extra, args",
    [
        ("joblib", "sweep", ["sweep", "{config}", "--out", "{out}.jsonl"]),
        ("distributed", "dask", ["sweep", "{config}", "--out", "{out}.jsonl", "--engine", "dask"]),
        ("submitit", "slurm", ["sweep", "{config}", "--out", "{out}.jsonl", "--engine", "slurm"]),
        ("pyarrow", "parquet", ["sweep", "{config}", "--out", "{out}.parquet"]),
        ("matplotlib", "plot", ["plot", "{config}", "--out", "{out}"]),
    ],
)
def test_what_is_not_installed_is_told_with_its_extra(tmp_path, capsys, monkeypatch, module, extra, args):
    (tmp_path / "config").write_text(json.dumps({"exhibit": "train", "link": "#v=1&step=10"}))
    monkeypatch.setitem(sys.modules, module, None)
    names = {"config": tmp_path / "config", "out": tmp_path / "out"}
    assert cli.main([arg.format(**names) for arg in args]) == 2
    assert f"losscape-kernel[{extra}]" in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["config"], "nothing was made"


def test_a_damaged_file_loses_its_damaged_lines(tmp_path, serial):
    file = tmp_path / "r.jsonl"
    for row in serial[:3]:
        Store(file).append(row)
    whole = file.read_bytes()
    for damage in (b"\xff\xfe\x00", b"[]", b"3", b'{"key": "a", "digest": "b"}', b"\x00" * 600):
        file.write_bytes(whole + damage)
        assert digests(Store(file)) == digests(serial[:3])
        assert digests(sweep(CONFIG, file, check=0, **OPTIONS)) == digests(serial)
    file.write_text(json.dumps({**serial[0], "link": serial[1]["link"]}) + "\n")
    with pytest.raises(Conflict, match="edited"):
        sweep(CONFIG, file, **OPTIONS)


def test_a_full_disk_is_reported_and_loses_no_row_before(tmp_path, serial, monkeypatch):
    file = tmp_path / "r.jsonl"
    Store(file).append(serial[0])
    write = os.write
    monkeypatch.setattr(os, "write", lambda to, data: write(to, data[:20]))
    with pytest.raises(OSError, match="[Nn]o space"):
        Store(file).append(serial[1])
    monkeypatch.undo()
    Store(file).append(serial[2])
    assert digests(Store(file)) == digests([serial[0], serial[2]])


def test_two_sweeps_at_once_fill_one_file(tmp_path, serial):
    file = tmp_path / "r.jsonl"
    script = f"import sys; from losscape_kernel.sweep import sweep; sweep({CONFIG!r}, {os.fspath(file)!r}, **{OPTIONS!r})"
    both = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(2)]
    assert [one.wait() for one in both] == [0, 0]
    assert {row["key"]: row["digest"] for row in Store(file)} == {row["key"]: row["digest"] for row in serial}


def test_rows_say_where_and_how_long():
    row = run_point(points(CONFIG)[0])
    assert row["seconds"] >= 0 and row["version"] == lab.VERSION and str(os.getpid()) in row["host"]
