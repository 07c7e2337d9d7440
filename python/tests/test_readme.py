"""The examples of the READMEs run, each by itself."""

import re
import textwrap
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1]
BOARDS = FOLDER.parent / "firmware"
BLOCKS = [
    (name, number, block)
    for name, file in (("package", FOLDER / "README.md"), ("repository", FOLDER.parent / "README.md"), ("boards", BOARDS / "README.md"))
    for number, block in enumerate(re.findall(r"^ *```python\n(.*?)```", file.read_text(encoding="utf-8"), re.S | re.M))
]


def test_all_have_some():
    assert [name for name, _, _ in BLOCKS] == ["package"] * 7 + ["repository", "boards"]


@pytest.mark.parametrize("name, number, block", BLOCKS, ids=[f"{name}-{number}" for name, number, _ in BLOCKS])
def test_example(name, number, block, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(compile(textwrap.dedent(block), f"README of {name}, {number}", "exec"), {"__name__": "__main__"})
    if name == "boards":
        # What the board holds in flash, which the program `save_network` of Rust has written.
        assert (tmp_path / "reader.blob").read_bytes() == (BOARDS / "programs/data/reader.blob").read_bytes()
