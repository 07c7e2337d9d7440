"""The notebooks run from top to bottom, in order, in one namespace, as a kernel would."""

import json
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


def test_there_are_three():
    assert len(NOTEBOOKS) == 3


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook(path, monkeypatch):
    matplotlib = pytest.importorskip("matplotlib")
    if "sklearn" in path.read_text():
        pytest.importorskip("sklearn")
    monkeypatch.setenv("MPLBACKEND", "Agg")
    matplotlib.use("Agg")
    names = {"__name__": "__main__"}
    for number, cell in enumerate(json.loads(path.read_text())["cells"]):
        if cell["cell_type"] == "code":
            assert not cell["outputs"], "notebooks are committed without outputs"
            exec(compile("".join(cell["source"]), f"{path.name}[{number}]", "exec"), names)
