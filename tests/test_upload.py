"""The two upload workflows in examples/, against a server in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from screening.weights import sha256_of
from tests import PATIENCE
from tests.cleared import Cleared
from tests.conftest import ROOT

EXAMPLES = ROOT / "examples"


@dataclass(frozen=True, slots=True)
class Account:
    """A running server, and how to upload to it."""

    folder: Path
    port: str

    def arrived(self) -> list[str]:
        """The SHA-256 of everything that ever arrived, in order."""
        names = sorted(path.name.split("-") for path in self.folder.iterdir())
        assert all(sha256_of(self.folder / "-".join(name)) == name[1] for name in names)
        return [sha256 for _, sha256 in names]

    def upload(
        self, cleared: Cleared, *pictures: Path, secret: str | None = "secret"
    ) -> subprocess.CompletedProcess[str]:
        account = {
            "FLICKR_KEY": "key",
            "FLICKR_SECRET": secret,
            "FLICKR_TOKEN": "token",
            "FLICKR_TOKEN_SECRET": "token secret",
            "FLICKR_UPLOAD_URL": f"http://127.0.0.1:{self.port}/services/upload/",
            "FLICKR_REST_URL": f"http://127.0.0.1:{self.port}/services/rest/",
            "UPLOAD_WAIT": "0.1",
        }
        environment = {name: value for name, value in (os.environ | account).items() if value is not None}
        call = [sys.executable, EXAMPLES / "upload.py", cleared.clearance, *pictures]
        return subprocess.run(
            list(map(str, call)), capture_output=True, text=True, check=False, timeout=PATIENCE, env=environment
        )


def serve(folder: Path, lose: int, how: str = "") -> Iterator[Account]:
    folder.mkdir()
    call = [sys.executable, Path(__file__).parent / "flickr_server.py", folder, str(lose), how]
    with subprocess.Popen(list(map(str, call)), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield Account(folder, process.stdout.readline().strip())
        process.terminate()


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    yield from serve(tmp_path / "account", 0)


@pytest.fixture
def forgetful(tmp_path: Path) -> Iterator[Account]:
    """Its first answer gets lost."""
    yield from serve(tmp_path / "account", 1)


@pytest.fixture
def difficult(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Account]:
    """It is slow, or answers with a page, as the test says."""
    yield from serve(tmp_path / "account", 0, request.param)


def test_cleared_pictures_arrive_as_they_were_checked_and_once(cleared: Cleared, account: Account) -> None:
    pictures = [cleared.good, cleared.shoot / "fine.jpg"]
    for _ in range(2):
        done = account.upload(cleared, *pictures)
        assert done.returncode == 0, done.stderr
        assert account.arrived() == [sha256_of(picture) for picture in pictures]


def test_a_blocked_picture_never_reaches_the_account_nor_do_those_beside_it(cleared: Cleared, account: Account) -> None:
    done = account.upload(cleared, cleared.good, cleared.blocked)
    assert done.returncode == 1
    assert "is held or blocked (scene-address)" in done.stderr
    assert account.arrived() == []
    cleared.clearance.unlink()
    assert account.upload(cleared, cleared.good).returncode == 2
    assert account.arrived() == []


def test_a_lost_acknowledgement_uploads_nothing_twice(cleared: Cleared, forgetful: Account) -> None:
    done = forgetful.upload(cleared, cleared.good)
    assert done.returncode == 0, done.stderr
    assert "no answer; asking whether it arrived" in done.stderr
    assert "photo 1" in done.stdout
    assert forgetful.arrived() == [sha256_of(cleared.good)]


def test_an_account_that_does_not_know_us_takes_nothing(cleared: Cleared, account: Account) -> None:
    done = account.upload(cleared, cleared.good, secret="not ours")
    assert done.returncode == 2
    assert "HTTP 401" in done.stderr
    assert account.arrived() == []


@pytest.mark.parametrize("difficult", ["slow"], indirect=True)
def test_the_same_bytes_under_two_names_arrive_once(cleared: Cleared, difficult: Account) -> None:
    twin = cleared.shoot / "twin.jpg"
    twin.write_bytes(cleared.good.read_bytes())
    done = difficult.upload(cleared, cleared.good, twin)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.endswith(": photo 1") for line in done.stdout.splitlines()] == [True, True]
    assert difficult.arrived() == [sha256_of(cleared.good)]


@pytest.mark.parametrize("difficult", ["page-find", "page-upload"], indirect=True)
def test_an_account_that_answers_with_a_page_is_no_account_that_took_the_picture(
    cleared: Cleared, difficult: Account
) -> None:
    done = difficult.upload(cleared, cleared.good)
    assert done.returncode == 2
    assert "not as Flickr does" in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_account_that_nobody_named_is_asked_for(cleared: Cleared, account: Account) -> None:
    done = account.upload(cleared, cleared.good, secret=None)
    assert (done.returncode, done.stderr) == (2, "upload: set FLICKR_SECRET to the account's\n")


@pytest.mark.skipif(os.name != "posix", reason="a shell script")
def test_the_shell_hook_uploads_the_bytes_that_were_checked_or_nothing(cleared: Cleared, tmp_path: Path) -> None:
    # somebody swaps the picture at the last moment: what is uploaded is the copy that the gate saw
    uploader = tmp_path / "uploader"
    uploader.write_text(f'#!/bin/sh\ncp "{cleared.blocked}" "{cleared.good}"\ncp "$1" "{tmp_path}/arrived.jpg"\n')
    uploader.chmod(0o700)
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "screening").write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -c "from screening.cli import main; main()" "$@"\n'
    )
    (programs / "screening").chmod(0o700)
    environment = {**os.environ, "UPLOAD": str(uploader), "PATH": f"{programs}:{os.environ['PATH']}"}

    def hook(*pictures: Path) -> int:
        call = [EXAMPLES / "upload.sh", cleared.clearance, *pictures]
        return subprocess.run(call, check=False, env=environment, stderr=subprocess.DEVNULL).returncode

    arrived, good = tmp_path / "arrived.jpg", sha256_of(cleared.good)
    assert hook(cleared.good, cleared.blocked) == 1
    assert hook(cleared.shoot / "none.jpg") == 2
    assert hook() == 2
    hidden = cleared.shoot / ".dot.jpg"
    hidden.write_bytes(cleared.blocked.read_bytes())
    assert hook(hidden, cleared.good) == 1
    assert not arrived.exists()
    hidden.write_bytes(cleared.good.read_bytes())
    environment["UPLOAD"] = "false"
    assert hook(hidden) == 2, "the uploader failed"
    environment["UPLOAD"] = str(uploader)
    assert hook(cleared.good) == 0
    assert sha256_of(arrived) == good
    assert sha256_of(cleared.good) == sha256_of(cleared.blocked)
    assert hook(cleared.good) == 1, "and the next time the swap shows"
