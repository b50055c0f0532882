"""Pictures in object storage, such as `s3://bucket/archive`: listed here, and fetched by whoever screens them.

Where the storage is, and who asks, is said by the usual variables: AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from screening.analysis import wanted
from screening.finding import ScreeningError
from screening.photo.signatures import HEAD, shows
from screening.run.shoot import Entry, goes_with_pictures

if TYPE_CHECKING:
    from pyarrow.fs import FileInfo, S3FileSystem

# A path object keeps one of the slashes only.
URL = re.compile(r"s3://?([^/].*)")
# Bytes that are fetched at once; seconds without an answer; how often a request is tried.
PIECE, PATIENCE, TRIES = 1 << 20, 30.0, 3


class StorageError(ScreeningError):
    """Object storage cannot be listed."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An object in storage.

    Attributes:
        place: its bucket and key.
        modified: when it was last changed, in seconds since 1970.
    """

    place: str
    modified: float

    @property
    def url(self) -> str:
        """Where it lies."""
        return f"s3://{self.place}"

    def fetch(self, into: Path, most: int) -> None:
        """Writes its first bytes into a file.

        Raises:
            OSError: if it cannot be fetched.
        """
        with _system().open_input_stream(self.place) as source, into.open("wb") as file:
            while most > 0 and (piece := source.read(min(PIECE, most))):
                file.write(piece)
                most -= len(piece)


def is_url(target: str | os.PathLike[str]) -> bool:
    """Whether a source lies in object storage."""
    return URL.fullmatch(os.fspath(target)) is not None


def listed(target: str | os.PathLike[str]) -> list[Entry]:
    """Every object below a prefix, or the one of that name; by their names below it.

    Raises:
        AnalysisError: if pyarrow is not installed.
        StorageError: if it cannot be listed.
        FileNotFoundError: if there is nothing.
    """
    found = URL.fullmatch(os.fspath(target))
    place = found[1].rstrip("/") if found else os.fspath(target)
    with _said(f"s3://{place}"):
        from pyarrow.fs import FileSelector, FileType

        system = _system()
        (about,) = system.get_file_info([place])
        if about.type == FileType.NotFound:
            raise FileNotFoundError(f"s3://{place}")
        single = about.type == FileType.File
        below = [about] if single else system.get_file_info(FileSelector(place, recursive=True))
        folder = place.rpartition("/")[0] if single else place
        return list(_entries(system, [one for one in below if one.type != FileType.Directory], folder))


def _entries(system: S3FileSystem, below: Iterable[FileInfo], folder: str) -> Iterator[Entry]:
    for one in below:
        stored = Stored(one.path, one.mtime.timestamp() if one.mtime else 0.0)
        name = one.path.removeprefix(f"{folder}/")
        aside, refused = False, ""
        if {"", ".", ".."} & set(name.split("/")):  # a name is a path below a folder, here and in what is made of it
            refused = "has a name that is not a path; rename it in the storage"
        elif goes_with_pictures(PurePosixPath(name)):
            try:
                with system.open_input_stream(one.path) as source:
                    aside = not shows(source.read(HEAD))
            except OSError as error:
                refused = unfetched(error)
        yield Entry(name, Path(stored.url), refused, aside, stored)


def unfetched(error: OSError) -> str:
    """What to report of an object that cannot be fetched, in our own words."""
    return f"cannot be fetched ({type(error).__name__}); check the connection and who may read it, and scan again"


@contextmanager
def _said(url: str) -> Iterator[None]:
    try:
        with wanted("cluster"):
            yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StorageError(
            f"{url}: cannot be listed; check its name, AWS_ENDPOINT_URL, AWS_REGION and the credentials"
        ) from error


def _system() -> S3FileSystem:
    with wanted("cluster"):
        from pyarrow.fs import AwsStandardS3RetryStrategy, S3FileSystem
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL", "")
    return S3FileSystem(
        endpoint_override=endpoint or None,
        # named, because it is asked of the provider otherwise
        region=os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1",
        request_timeout=PATIENCE,
        connect_timeout=PATIENCE,
        retry_strategy=AwsStandardS3RetryStrategy(max_attempts=TRIES),
    )
