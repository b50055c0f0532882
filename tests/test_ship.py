"""What every training does at its end: figures into the card, the hash into the manifest, and neither for a trial."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

import pytest

from models.ship import ship

CARD = "# red\n\nBy hand.\n\n<!-- written by train.py -->\n\nold\n\n<!-- to here -->\n\nBy hand too.\n"
MANIFEST = """# Every network.

[blue]
file = "blue/blue.onnx"
sha256 = "00"
licence = "MIT"

[red]
file = "red/red.onnx"
sha256 = "11"
about = "what is [red]"
"""


@pytest.fixture
def models(tmp_path: Path) -> Path:
    (tmp_path / "red").mkdir()
    (tmp_path / "red" / "card.md").write_text(CARD)
    (tmp_path / "red" / "red.onnx").write_bytes(b"as it was")
    (tmp_path / "manifest.toml").write_text(MANIFEST)
    return tmp_path


def test_a_network_that_ships_is_recorded(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ship("red", b"trained anew", models / "red" / "red.onnx", "| recall |\n", folder=models)
    assert (models / "red" / "red.onnx").read_bytes() == b"trained anew"
    assert sorted(path.name for path in (models / "red").iterdir()) == ["card.md", "red.onnx"]
    digest = hashlib.sha256(b"trained anew").hexdigest()
    assert (models / "manifest.toml").read_text() == MANIFEST.replace('"11"', f'"{digest}"')
    assert tomllib.loads((models / "manifest.toml").read_text())["red"]["sha256"] == digest
    assert (models / "red" / "card.md").read_text() == CARD.replace("old", "| recall |")
    assert digest in capsys.readouterr().out


def test_a_trial_changes_nothing(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ship("red", b"tried", models / "trial.onnx", "| recall |", folder=models)
    assert (models / "trial.onnx").read_bytes() == b"tried"
    assert (models / "manifest.toml").read_text() == MANIFEST
    assert (models / "red" / "card.md").read_text() == CARD
    assert "| recall |" in capsys.readouterr().out


def test_what_cannot_be_recorded_is_said_and_half_of_it_is_not_written(models: Path) -> None:
    with pytest.raises(ValueError, match="no entry for green"):
        ship("green", b"new", models / "red" / "red.onnx", "", folder=models)
    (models / "red" / "card.md").write_text("# red\n")
    with pytest.raises(ValueError, match=r"card\.md has no place for figures"):
        ship("red", b"new", models / "red" / "red.onnx", "", folder=models)
    assert (models / "red" / "red.onnx").read_bytes() == b"as it was"
    assert (models / "manifest.toml").read_text() == MANIFEST
