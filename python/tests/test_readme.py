"""The examples of both READMEs run, each by itself."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1]
BLOCKS = [
    (name, number, block)
    for name, file in (("package", FOLDER / "README.md"), ("repository", FOLDER.parent / "README.md"))
    for number, block in enumerate(re.findall(r"```python\n(.*?)```", file.read_text(encoding="utf-8"), re.S))
]


def test_both_have_some():
    assert [name for name, _, _ in BLOCKS] == ["package"] * 7 + ["repository"]


@pytest.mark.parametrize("name, number, block", BLOCKS, ids=[f"{name}-{number}" for name, number, _ in BLOCKS])
def test_example(name, number, block, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(compile(block, f"README of {name}, {number}", "exec"), {"__name__": "__main__"})
