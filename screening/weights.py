"""Finds a network's file and checks that it is the one we know: `locate("centerface")` checks its SHA-256 first."""

from __future__ import annotations

import errno
import functools
import hashlib
import importlib.util
import json
import math
import os
import stat
import tomllib
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from screening.finding import ScreeningError
from screening.home import home
from screening.patient import PATIENCE, PatientFile, patiently

# Opens a pipe without waiting for its writer; Windows has no such files, and reads text unless told otherwise.
UNBLOCKED, BINARY = getattr(os, "O_NONBLOCK", 0), getattr(os, "O_BINARY", 0)
# Refuses a link: its target is not ours to write to.
UNFOLLOWED = getattr(os, "O_NOFOLLOW", 0)
# How many bytes are read ahead: each reading is waited for by a thread of its own, which costs more than the bytes.
BUFFER = 1 << 18


class WeightsError(ScreeningError):
    """A network's file is missing, unknown or not the one that the manifest names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """One entry of models/manifest.toml.

    Attributes:
        name: what pipelines and stages call it.
        file: its path, below models/ or below the package that contains it.
        sha256: of the file's bytes, in hexadecimal.
        licence: an SPDX name.
        about: what it does, in a few words.
        package: the installed Python package that contains it; empty for our own.
        classes: of a detector, what each of its outputs is: "vehicle", "plate" or "" for anything else.
        folder: the folder of an office's own network; None for those of models/manifest.toml.
    """

    name: str
    file: str
    sha256: str
    licence: str
    about: str
    package: str = ""
    classes: tuple[str, ...] = ()
    folder: Path | None = None

    @property
    def origin(self) -> str:
        """Where it comes from: a package, the office or the project."""
        return self.package or ("the office's own" if self.folder else "our own")

    @property
    def path(self) -> Path:
        """Where the file should be.

        Raises:
            WeightsError: if the package that contains it is not installed.
        """
        if not self.package:
            return (self.folder or data_folder("models")) / self.file
        # find_spec does not run the package's code: nothing heavy is imported just to find a file
        spec = importlib.util.find_spec(self.package)
        if spec is None or not spec.submodule_search_locations:
            raise WeightsError(f"{self.name}: the package {self.package} is not installed, so its network is missing")
        return Path(next(iter(spec.submodule_search_locations))) / self.file


def data_folder(name: str) -> Path:
    """The folder `models` or `pipelines`: inside the installed package, or beside it in a clone."""
    package = Path(__file__).resolve().parent
    inside = package / name
    return inside if inside.is_dir() else package.parent / name


def manifest() -> dict[str, Weights]:
    """Every network we know, by name: those of models/manifest.toml, and those that the office added."""
    return _shipped() | own_networks()


@functools.cache
def _shipped() -> dict[str, Weights]:
    with (data_folder("models") / "manifest.toml").open("rb") as file:
        return {
            name: Weights(name=name, **entry | {"classes": tuple(entry.get("classes", ()))})
            for name, entry in tomllib.load(file).items()
        }


def own_networks() -> dict[str, Weights]:
    """The networks that the office added, by name; each is described by a JSON file beside it.

    Raises:
        WeightsError: if such a file cannot be read.
    """
    folder = home() / "networks"
    found = {}
    for path in sorted(folder.glob("*.json")):
        try:
            entry = json.loads(read_bytes(path).decode())
            found[path.stem] = Weights(
                name=path.stem,
                file=f"{path.stem}.onnx",
                sha256=entry["sha256"],
                licence=entry["licence"],
                about=entry["about"],
                classes=tuple(entry["classes"]),
                folder=folder,
            )
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise WeightsError(
                f"{path.name}: does not describe a network; remove it and add the network again"
            ) from error
    return found


def card(weights: Weights) -> str:
    """The card of one of our networks, as Markdown; "" for one from another package."""
    path = weights.path.parent / "card.md"
    return path.read_text(encoding="utf-8") if not weights.package and path.is_file() else ""


def sha256_of(path: Path, *, most: float = math.inf) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal; a file of more than `most` bytes is not read.

    Raises:
        OSError: as `opened`.
    """
    with opened(path, most=most) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_bytes(path: Path, *, most: float = 1e9) -> bytes:
    """The bytes of a file of a run or of the office, or of one named as an argument.

    Raises:
        OSError: as `opened`.
    """
    with opened(path, most=most) as file:
        return file.read()


def opened(path: Path, *, most: float = math.inf, patience: float = PATIENCE) -> BufferedReader:
    """A file, open for reading bytes; never a pipe or a device, which a reader could wait on for ever.

    Raises:
        OSError: if it cannot be opened, is not a regular file, or has more than `most` bytes; also from reading it, as
            TimeoutError, if nothing comes for `patience` seconds.
    """
    return BufferedReader(PatientFile(patiently(lambda: _descriptor(path, most), patience), patience), BUFFER)


def _descriptor(path: Path, most: float) -> int:
    # checked before, because opening a device may have effects, and after, because the file may have been replaced
    _refuse(path.stat(), most)
    descriptor = os.open(path, os.O_RDONLY | UNBLOCKED | BINARY)
    try:
        _refuse(os.fstat(descriptor), most)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _refuse(status: os.stat_result, most: float) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, "a folder")
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "not a regular file")
    if status.st_size > most:
        raise OSError(errno.EFBIG, f"is larger than {most / 1e6:g} MB")


def locate(name: str) -> Path:
    """The path of a network's file, once its SHA-256 has been checked.

    Raises:
        WeightsError: if the name is unknown, the file is missing or its bytes are not the ones in the manifest.
    """
    known = manifest()
    if name not in known:
        raise WeightsError(f"no network is called {name!r}; known: {', '.join(sorted(known))}")
    return _checked(known[name])


@functools.cache
def _checked(weights: Weights) -> Path:
    again = "add it again" if weights.folder else "install the project again"
    if not weights.path.is_file():
        raise WeightsError(f"{weights.name}: the file {weights.file} is missing; {again}")
    if sha256_of(weights.path) != weights.sha256:
        raise WeightsError(f"{weights.name}: the file {weights.file} is not the one we know; {again}")
    return weights.path
