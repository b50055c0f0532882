"""Waiting for a disk that may never answer: what comes is passed on, what does not is an error with a reason."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from screening.patient import SILENT, awaited, patiently
from screening.run import shoot
from screening.weights import opened, sha256_of

# Shorter than anybody's patience, for what never comes.
SOON = 0.05


@pytest.fixture
def never() -> Iterator[Event]:
    """What is waited for in vain; set at the end, so that no thread is left."""
    event = Event()
    yield event
    event.set()


def test_items_come_in_their_order_and_errors_as_they_are() -> None:
    def items() -> Iterator[int]:
        yield 1
        yield 2
        raise PermissionError(13, "Permission denied")

    found: list[int] = []
    with pytest.raises(PermissionError):
        found.extend(awaited(items(), 60))
    assert list(awaited([], 60)) == []
    assert patiently(lambda: 3, 60) == 3


def test_what_never_comes_is_an_error_that_says_so(never: Event) -> None:
    with pytest.raises(TimeoutError, match=SILENT) as caught:
        patiently(never.wait, SOON)
    assert caught.value.strerror == SILENT


def test_threads_serve_again_but_for_one_that_is_left_behind(never: Event) -> None:
    with pytest.raises(TimeoutError):
        patiently(never.wait, SOON)
    started = [patiently(threading.current_thread, 60) for _ in range(200)]
    assert len(set(started)) <= 3


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_process_waits_with_threads_of_its_own() -> None:
    assert patiently(lambda: 3, 60) == 3  # leaves an idle thread, which the child does not have
    child = os.fork()
    if not child:
        try:
            os._exit(patiently(lambda: 3, 60))
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3


@pytest.mark.parametrize("most", [-1, 2_500_000])
def test_a_patient_file_reads_as_any_other(tmp_path: Path, most: int) -> None:
    data = bytes(range(256)) * 12_000
    (tmp_path / "a").write_bytes(data)
    with opened(tmp_path / "a") as file:
        assert file.read(most) == data[: most if most > 0 else None]
        file.seek(5)
        assert file.readline() == data[5:11]


def test_a_file_that_stops_coming_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, never: Event) -> None:
    (tmp_path / "a").write_bytes(bytes(3_000_000))
    real, pieces = os.read, []

    def read(descriptor: int, size: int) -> bytes:
        pieces.append(size)
        return real(descriptor, size) if len(pieces) < 3 or never.wait() else b""

    monkeypatch.setattr(os, "read", read)
    with pytest.raises(TimeoutError, match=SILENT), opened(tmp_path / "a", patience=SOON) as file:
        file.read()


def test_a_file_that_cannot_even_be_opened_is_an_error(monkeypatch: pytest.MonkeyPatch, never: Event) -> None:
    monkeypatch.setattr("screening.weights.PATIENCE", SOON)
    monkeypatch.setattr(Path, "stat", lambda _: never.wait())
    with pytest.raises(TimeoutError, match=SILENT), opened(Path("a"), patience=SOON):
        pass


def test_a_folder_that_stops_answering_is_named_beside_what_was_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, never: Event
) -> None:
    for name in ("a.jpg", "below"):
        (tmp_path / name).mkdir() if name == "below" else (tmp_path / name).touch()
    real = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: never.wait() if Path(path).name == "below" else real(path))
    monkeypatch.setattr(shoot, "PATIENCE", SOON)
    found = {one.name: one.refused for one in shoot.walk([tmp_path])}
    assert found == {
        "a.jpg": "",
        tmp_path.name: f"was not looked through to its end: {SILENT}; check the connection and scan again",
    }


def test_a_file_that_answers_is_hashed(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    assert sha256_of(tmp_path / "a").startswith("e3b0c442")
