"""The notebooks run from top to bottom, and hold no output of somebody's data."""

import json
from pathlib import Path
from typing import Any

import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))


def code_cells(notebook: Path) -> list[dict[str, Any]]:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_holds_no_output(notebook: Path) -> None:
    cells = code_cells(notebook)
    assert cells
    assert not any(cell["outputs"] or cell["execution_count"] for cell in cells)


def test_the_first_look_goes_from_the_ledger_to_reasons(
    served_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DUECAST_HOME", str(served_home))
    names: dict[str, Any] = {}
    for cell in code_cells(next(path for path in NOTEBOOKS if path.stem == "first_look")):
        exec("".join(cell["source"]), names)  # as a kernel would
    assert "days late is expected, because" in capsys.readouterr().out
    assert len(names["scores"]) == len(names["items"]) > 0
    assert names["figure"].axes
