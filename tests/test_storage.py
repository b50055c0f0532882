"""Pictures in object storage: a server on this computer stands for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import screening as package
from screening.run import storage
from screening.run.storage import StorageError
from tests.command import QUICK
from tests.picture_files import picture, scenery
from tests.streets import PLACE

pytest.importorskip("pyarrow.fs", reason="the extra `cluster` is not installed")
pytest.importorskip("moto.server", reason="moto is not installed")
SERVER = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(*server.get_host_and_port(), sep=":", flush=True)
sys.stdin.read()
server.stop()
"""
OBJECTS = {
    "archive/2024/a.jpg": picture(rgb=scenery(300, 200, seed=1)),
    "archive/2024/b c.jpg": picture(rgb=scenery(300, 200, seed=2), gps=PLACE),
    "archive/2024/notes.txt": b"nothing to see",
    "archive/2025/hidden.txt": picture(rgb=scenery(300, 200, seed=3)),
    "archive/2025/broken.jpg": b"no picture",
    "archives/other.jpg": b"of another prefix",
}


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """A bucket with these objects; the environment says where it is."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "eu-west-2"}.items():
            patch.setenv(name, value)
        server = subprocess.Popen(
            [sys.executable, "-c", SERVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert server.stdout
        patch.setenv("AWS_ENDPOINT_URL", f"http://{server.stdout.readline().strip()}")
        from pyarrow.fs import S3FileSystem

        system = S3FileSystem(endpoint_override=os.environ["AWS_ENDPOINT_URL"], allow_bucket_creation=True)
        system.create_dir("pictures")
        for key, data in OBJECTS.items():
            with system.open_output_stream(f"pictures/{key}") as stream:
                stream.write(data)
        import boto3

        boto3.client("s3").put_object(Bucket="pictures", Key="odd/../up.jpg", Body=b"")
        boto3.client("s3").put_object(Bucket="pictures", Key="odd/a//b.jpg", Body=b"")
        yield system
        server.communicate("")


@pytest.fixture
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SCREENING_HOME", str(tmp_path / "office"))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    path = tmp_path / "quick.toml"
    path.write_text(QUICK)
    return path


def test_pictures_are_fetched_screened_and_removed_and_a_second_scan_takes_up_what_is_as_it_was(
    client: Any, quick: Path, tmp_path: Path
) -> None:
    report = package.scan("s3://pictures/archive", tmp_path / "run", pipeline=quick, jobs=1)
    said = {photo.file: str(photo.verdict) for photo in report.photos}
    names = ("2024/a.jpg", "2024/b c.jpg", "2025/broken.jpg", "2025/hidden.txt")
    assert said == dict(zip(names, ("clear", "block", "block", "hold"), strict=True))
    assert (report.aside, report.batch.name) == (("2024/notes.txt",), "archive")
    sources = json.loads((tmp_path / "run" / "sources.json").read_text())
    assert sources["2024/a.jpg"] == "s3://pictures/archive/2024/a.jpg"
    assert list((tmp_path / "temporary").iterdir()) == []
    with client.open_output_stream("pictures/archive/2024/a.jpg") as stream:
        stream.write(picture(rgb=scenery(300, 200, seed=9)))
    again = package.scan("s3://pictures/archive", tmp_path / "run", pipeline=quick, jobs=1)
    screened = sum(photo.screened for photo in report.photos)
    assert again.taken_up == screened - 1
    assert again.photos[0].sha256 != report.photos[0].sha256


def test_what_cannot_be_fetched_is_blocked_by_name(client: Any, quick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = storage.listed("s3://pictures/archive/2024/a.jpg")
    assert [entry.name for entry in found] == ["a.jpg"]
    gone = package.run.shoot.Entry("gone.jpg", Path("gone"), stored=storage.Stored("pictures/archive/gone.jpg", 0.0))
    monkeypatch.setattr(storage, "listed", lambda _: [*found, gone])
    report = package.scan("s3://pictures/archive/2024/a.jpg", pipeline=quick, jobs=1)
    assert [str(photo.verdict) for photo in report.photos] == ["clear", "block"]
    assert report.photos[1].reason().startswith("cannot be fetched (FileNotFoundError)")
    assert not report.photos[1].screened


def test_an_object_whose_name_is_no_path_is_refused(client: Any) -> None:
    found = {entry.name: entry.refused for entry in storage.listed("s3://pictures/odd/")}
    assert found == dict.fromkeys(("../up.jpg", "a//b.jpg"), "has a name that is not a path; rename it in the storage")


def test_storage_that_is_not_there_is_named_in_one_line(
    client: Any, quick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FileNotFoundError, match="s3://pictures/nowhere"):
        package.scan("s3://pictures/nowhere", pipeline=quick)
    monkeypatch.setattr(storage, "TRIES", 1)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(StorageError, match="s3://pictures/archive: cannot be listed; check its name"):
        package.scan("s3://pictures/archive", pipeline=quick)


@pytest.mark.parametrize(
    ("target", "is_one"),
    [
        ("s3://b/p", True),
        (Path("s3://b/p"), True),
        ("s3", False),
        ("./s3:/b", False),
        ("C:/s3", False),
        ("s3://", False),
    ],
)
def test_a_source_in_storage_is_known_by_how_it_begins(target: str | Path, is_one: bool) -> None:
    assert storage.is_url(target) is is_one
