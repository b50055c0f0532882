"""Untrusted bytes are decoded where they can do nothing; what comes back is checked."""

from __future__ import annotations

import functools
import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from screening.photo import metadata
from screening.photo.carried import carried
from screening.photo.files import Limits, PhotoError, UnsupportedError
from screening.photo.photo import Photo
from screening.sandbox import bubblewrap
from screening.sandbox.confine import REFUSED
from screening.sandbox.messages import LONGEST, MessageError, receive, send
from screening.sandbox.process import Sandbox, SandboxError
from screening.sandbox.untrusted import enter, opened
from tests.command import QUICK, screening
from tests.hostile_reader import LIES
from tests.picture_files import picture, scenery
from tests.streets import PLACE

ROOT = Path(__file__).parents[1]
LIMITS = Limits(megapixels=4, seconds=20, memory_megabytes=500)
needs_sandbox = pytest.mark.skipif(not bubblewrap.works(), reason="this system has no bubblewrap, or none that works")


@pytest.fixture
def inside() -> Iterator[Sandbox]:
    sandbox = Sandbox(LIMITS)
    yield sandbox
    sandbox.stop()


@pytest.fixture(scope="module")
def taken_over() -> Iterator[Sandbox]:
    sandbox = Sandbox(LIMITS, code="from tests.hostile_reader import Attack, reader; reader.main(Attack)", also=[ROOT])
    yield sandbox
    sandbox.stop()


@needs_sandbox
@pytest.mark.parametrize("attempt", ["network", "socket", "read", "write", "program", "fork", "kill"])
def test_a_decoder_that_was_taken_over_reaches_nothing(taken_over: Sandbox, attempt: str) -> None:
    assert opened(taken_over, b"bytes", attempt, LIMITS).width == 1


@needs_sandbox
def test_it_sees_no_file_of_the_shoot(taken_over: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "other.jpg").write_bytes(picture())
    assert opened(taken_over, str(tmp_path / "other.jpg").encode(), "read it", LIMITS).width == 1


@needs_sandbox
def test_it_may_use_threads(taken_over: Sandbox) -> None:
    assert opened(taken_over, b"bytes", "thread", LIMITS).width == 2


@needs_sandbox
@pytest.mark.parametrize(
    ("attempt", "said"),
    [
        ("memory", "is damaged, or not as its decoder expects"),
        ("hang", "took longer than 1 seconds to decode"),
        ("crash", "crashed its decoder .SIGSEGV.; export it again"),
    ],
)
def test_one_that_takes_all_memory_hangs_or_crashes_costs_one_picture(
    taken_over: Sandbox, attempt: str, said: str
) -> None:
    limits = Limits(megapixels=4, seconds=1 if attempt == "hang" else 60, memory_megabytes=500)
    with pytest.raises(PhotoError, match=said):
        opened(taken_over, b"bytes", attempt, limits)
    assert opened(taken_over, b"bytes", "thread", LIMITS).width == 2


@needs_sandbox
def test_what_cannot_be_true_is_not_believed() -> None:
    sandbox = Sandbox(LIMITS, code="from tests.hostile_reader import Lie, reader; reader.main(Lie)", also=[ROOT])
    try:
        for name in LIES:
            with pytest.raises(SandboxError, match="crashed its decoder") as raised:
                opened(sandbox, b"bytes", name, LIMITS)
            assert "\n" not in str(raised.value) and len(str(raised.value)) < 200
    finally:
        sandbox.stop()


@needs_sandbox
def test_a_photo_is_the_same_from_the_sandbox(inside: Sandbox) -> None:
    rng = np.random.default_rng(3)
    frames = [Image.fromarray(rng.integers(0, 256, (40, 60, 3), np.uint8)) for _ in range(3)]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], comment=b"Call 07700 900123")
    for name, data in (("a.gif", out.getvalue()), ("b.jpg", picture(rgb=rng.integers(0, 256, (40, 60, 3), np.uint8)))):
        here, there = Photo.from_bytes(data, name=name), opened(inside, data, name, LIMITS)
        for mine, theirs in zip([here, *here.others()], [there, *there.others()], strict=True):
            assert np.array_equal(mine.rgb, theirs.rgb)
            assert (mine.format, mine.frame, mine.sha256) == (theirs.format, theirs.frame, theirs.sha256)
        said = metadata.read(there)
        assert (said.fields, said.positions) == (metadata.read(here).fields, metadata.read(here).positions)


@needs_sandbox
def test_what_a_file_carries_is_the_same_from_the_sandbox(inside: Sandbox) -> None:
    data = picture(rgb=scenery(seed=1)) + picture(rgb=scenery(seed=2)) + bytes(range(1, 256)) * 4
    here, there = Photo.from_bytes(data, name="a.jpg"), opened(inside, data, "a.jpg", LIMITS)
    mine, theirs = list(carried(here)), list(carried(there))
    assert [one.finding for one in mine] == [one.finding for one in theirs]
    assert len(mine) > 1
    pixels = [[one.photo.rgb for one in several if one.photo] for several in (mine, theirs)]
    assert pixels[0] and all(np.array_equal(*both) for both in zip(*pixels, strict=True))


@needs_sandbox
def test_a_photo_can_be_asked_after_another_was_opened(inside: Sandbox) -> None:
    placed = opened(inside, picture(gps=PLACE), "placed.jpg", LIMITS)
    plain = opened(inside, picture(), "plain.jpg", LIMITS)
    assert metadata.read(placed).positions and not metadata.read(plain).positions


@needs_sandbox
@pytest.mark.parametrize(
    ("name", "data", "error"),
    [("a.jpg", b"\xff\xd8\xff\xe0junk", PhotoError), ("a.txt", b"words", UnsupportedError)],
)
def test_a_file_is_refused_with_the_same_words(
    inside: Sandbox, name: str, data: bytes, error: type[PhotoError]
) -> None:
    with pytest.raises(error) as here:
        Photo.from_bytes(data, name=name)
    with pytest.raises(error) as there:
        opened(inside, data, name, LIMITS)
    assert str(here.value) == str(there.value)


@needs_sandbox
def test_a_photo_opens_in_the_sandbox_once_a_process_has_entered_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Photo, "opener", None)
    enter(LIMITS)
    assert Photo.from_bytes(picture(), name="a.jpg").source is not None
    assert isinstance(Photo.opener, functools.partial)
    Photo.opener.args[0].stop()


@pytest.mark.parametrize("there", [True, False])
def test_a_scan_says_whether_files_were_decoded_in_a_sandbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    if there and not bubblewrap.works():
        pytest.skip("this system has no bubblewrap, or none that works")
    (tmp_path / "quick.toml").write_text(QUICK)
    (tmp_path / "shoot").mkdir()
    (tmp_path / "shoot" / "a.jpg").write_bytes(picture())
    (tmp_path / "shoot" / "cut.jpg").write_bytes(picture()[:-300])
    if not there:
        monkeypatch.setenv("PATH", str(tmp_path))
    done = screening("scan", tmp_path / "shoot", "--out", tmp_path / "run", "--pipeline", tmp_path / "quick.toml")
    report = json.loads((tmp_path / "run" / "report.json").read_text())
    assert report["isolated"] is there
    assert ("not decoded in a sandbox" in done.stdout) is not there
    assert [photo["verdict"] for photo in report["photos"]] == ["clear", "block"]
    assert "cut short" in report["photos"][1]["findings"][0]["evidence"]


def test_a_message_is_bounded_and_plain() -> None:
    out = io.BytesIO()
    send(out, {"ask": "open", "name": "a\u202e.jpg"})
    assert receive(io.BytesIO(out.getvalue())) == {"ask": "open", "name": "a\u202e.jpg"}
    with pytest.raises(MessageError, match="too long"):
        receive(io.BytesIO((LONGEST + 1).to_bytes(4, "big")))
    for said in (b"[]", b"{", b"\xff", b"[" * 100_000):
        with pytest.raises(MessageError):
            receive(io.BytesIO(len(said).to_bytes(4, "big") + said))
    with pytest.raises(EOFError):
        receive(io.BytesIO(out.getvalue()[:-1]))


def test_a_file_that_its_sandbox_has_no_room_for_is_refused(inside: Sandbox) -> None:
    with pytest.raises(SandboxError, match="is larger than its sandbox has room for"):
        opened(inside, bytes(int(LIMITS.file_megabytes * 1e6) + 1), "a.jpg", LIMITS)
    assert opened(inside, picture(), "a.jpg", LIMITS).format == "JPEG"


@pytest.mark.skipif(sys.platform != "linux" or os.uname().machine != "x86_64", reason="the table is of that processor")
def test_the_numbers_of_the_calls_are_the_kernels_own() -> None:
    header = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
    if not header.is_file():
        pytest.skip("the kernel's headers are not installed")
    lines = (line.split() for line in header.read_text().splitlines() if line.startswith("#define __NR_"))
    known = {line[1].removeprefix("__NR_"): int(line[2]) for line in lines}
    assert REFUSED["x86_64"] == {name: known[name] for name in REFUSED["x86_64"]}
