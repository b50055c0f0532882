"""Compiled networks that are kept answer as freshly compiled ones, and whatever is not whole is compiled again."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from screening import engine
from screening.compiled import MOST, VARIABLE, Kept

openvino = pytest.importorskip("openvino", reason="openvino is not installed")


class Compiled:
    """How many networks have been compiled."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.times = 0
        compile_model = openvino.Core.compile_model

        def counted(core: Any, *arguments: Any) -> Any:
            self.times += 1
            return compile_model(core, *arguments)

        monkeypatch.setattr(openvino.Core, "compile_model", counted)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "compiled"
    monkeypatch.setenv(VARIABLE, str(folder))
    engine._load.cache_clear()
    yield folder
    engine._load.cache_clear()


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> Compiled:
    return Compiled(monkeypatch)


def answer(*, by_shape: int = 0) -> np.ndarray[Any, Any]:
    """What a network that is read anew sees in noise."""
    engine._load.cache_clear()
    noise = np.random.default_rng(3).uniform(-1, 1, (1, 3, 64, 96)).astype(np.float32)
    return engine.load("text-detection", engine="openvino", by_shape=by_shape)(noise)[0]


@pytest.mark.parametrize("by_shape", [0, 1])
def test_what_was_compiled_once_is_read_back(folder: Path, compiled: Compiled, by_shape: int) -> None:
    first = answer(by_shape=by_shape)
    assert compiled.times == 1
    assert (answer(by_shape=by_shape) == first).all()
    assert compiled.times == 1
    (kept,) = folder.iterdir()
    if os.name == "posix":
        assert (kept.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)


def test_each_shape_is_kept_by_itself(folder: Path) -> None:
    network = engine.load("text-detection", engine="openvino", by_shape=2)
    for width in (64, 96):
        network(np.zeros((1, 3, 64, width)))
    assert len(list(folder.iterdir())) == 2


def test_what_is_not_whole_is_compiled_again_and_replaced(folder: Path, compiled: Compiled) -> None:
    first = answer()
    (kept,) = folder.iterdir()
    whole = kept.read_bytes()
    first_changed, last_changed = bytes([whole[0] ^ 1]) + whole[1:], whole[:-1] + bytes([whole[-1] ^ 1])
    for times, bad in enumerate((first_changed, last_changed, whole[: len(whole) // 2], b""), start=2):
        kept.write_bytes(bad)
        assert (answer() == first).all()
        assert (answer() == first).all()
        assert compiled.times == times


def test_a_whole_file_that_is_no_network_is_compiled_again(folder: Path, compiled: Compiled) -> None:
    first = answer()
    (kept,) = folder.iterdir()
    place = Kept("anything")
    place.write(b"no network")
    kept.write_bytes((folder / place.name).read_bytes())
    assert (answer() == first).all()
    assert compiled.times == 2


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps in access lists who may write")
def test_what_others_may_write_to_is_not_read(folder: Path, compiled: Compiled) -> None:
    first = answer()
    (kept,) = folder.iterdir()
    elsewhere = folder.parent / "elsewhere"
    kept.rename(elsewhere)
    kept.symlink_to(elsewhere)
    assert (answer() == first).all()
    assert compiled.times == 2
    kept.chmod(0o660)
    answer()
    assert compiled.times == 3
    folder.chmod(0o777)
    answer()
    assert compiled.times == 4


def test_nothing_is_kept_where_that_is_not_wanted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "")
    answer()
    assert not folder.exists()


def test_without_a_folder_of_its_own_it_lies_in_the_office(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("SCREENING_HOME", str(tmp_path))
    assert Kept("a").folder == tmp_path / "libraries" / "openvino"


def test_a_folder_that_cannot_be_written_costs_only_time(folder: Path, compiled: Compiled) -> None:
    folder.write_text("a file, where the folder should be")
    assert (answer() == answer()).all()
    assert compiled.times == 2


def test_other_code_another_processor_and_other_engines_keep_their_own(
    folder: Path, compiled: Compiled, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer()
    for name, value in (("code.version", lambda: "other"), ("_processor", lambda core: ("other",))):
        monkeypatch.setattr(f"screening.engine.{name}", value)
        answer()
    monkeypatch.setattr("openvino.__version__", "other")
    answer()
    assert compiled.times == len(list(folder.iterdir())) == 4


def test_those_used_longest_ago_are_forgotten(folder: Path) -> None:
    for number in range(MOST):
        kept = Kept(str(number))
        kept.write(b"a network")
        os.utime(folder / kept.name, (number, number))
    assert Kept("0").read() == b"a network"  # used, and so no longer the oldest
    Kept("new").write(b"a network")
    assert len(list(folder.iterdir())) == MOST
    assert Kept("0").read()
    assert Kept("1").read() is None
