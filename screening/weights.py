"""Where a network's file is, and that it is the one we know: `locate("centerface")` checks its SHA-256 first."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import tomllib
from dataclasses import dataclass
from pathlib import Path

from screening.finding import ScreeningError


class WeightsError(ScreeningError):
    """A network's file is missing, unknown or not the one that the manifest names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """One entry of models/manifest.toml.

    Attributes:
        name: what pipelines and stages call it.
        file: its path, below models/ or below the package that carries it.
        sha256: of the file's bytes, in hexadecimal.
        licence: an SPDX name.
        about: what it does, in a few words.
        package: the installed Python package that carries it; empty for our own.
    """

    name: str
    file: str
    sha256: str
    licence: str
    about: str
    package: str = ""

    @property
    def path(self) -> Path:
        """Where the file should be.

        Raises:
            WeightsError: if the package that carries it is not installed.
        """
        if not self.package:
            return data_folder("models") / self.file
        # find_spec runs no code of the package: nothing heavy is imported to find a file
        spec = importlib.util.find_spec(self.package)
        if spec is None or not spec.submodule_search_locations:
            raise WeightsError(f"{self.name}: the package {self.package} is not installed, so its network is missing")
        return Path(next(iter(spec.submodule_search_locations))) / self.file


def data_folder(name: str) -> Path:
    """The folder `models` or `pipelines`: inside the installed package, or beside it in a clone."""
    package = Path(__file__).resolve().parent
    inside = package / name
    return inside if inside.is_dir() else package.parent / name


@functools.cache
def manifest() -> dict[str, Weights]:
    """Every network we know, by name, from models/manifest.toml."""
    with (data_folder("models") / "manifest.toml").open("rb") as file:
        return {name: Weights(name=name, **entry) for name, entry in tomllib.load(file).items()}


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@functools.cache
def locate(name: str) -> Path:
    """The path of a network's file, once its SHA-256 has been checked.

    Raises:
        WeightsError: if the name is unknown, the file is missing or its bytes are not the ones in the manifest.
    """
    weights = manifest().get(name)
    if weights is None:
        raise WeightsError(f"no network is called {name!r}; known: {', '.join(sorted(manifest()))}")
    if not weights.path.is_file():
        raise WeightsError(f"{name}: the file {weights.file} is missing; install the project again")
    found = sha256_of(weights.path)
    if found != weights.sha256:
        raise WeightsError(f"{name}: the file {weights.file} is not the one we know; install the project again")
    return weights.path
