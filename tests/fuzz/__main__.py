"""Looks for input that breaks a parser, guided by which lines of our code each input reaches.

    uv run --with atheris python -m tests.fuzz TARGET [--minutes 10] [--out FOLDER]

A parser may refuse anything with an error of ours. Whatever else it raises, or takes more than ten seconds for, is kept
in FOLDER; mend it, and let fixtures/make_hostile.py draw the like. Atheris runs on Linux and macOS.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from screening.finding import ScreeningError

SECONDS = 10


def photo(data: bytes, folder: Path) -> None:
    """The picture, its metadata and what else the file carries; by its first byte the name says which sort it is."""
    from screening.photo.carried import carried
    from screening.photo.files import FORMATS, Limits
    from screening.photo.metadata import read
    from screening.photo.photo import Photo

    names = [endings[0] for endings in FORMATS.values()]
    ending = names[data[0] % len(names)] if data else ".jpg"
    opened = Photo.from_bytes(data[1:], name=f"a{ending}", limits=Limits(megapixels=1, frames=4))
    read(opened)
    list(opened.others())
    list(carried(opened))


def containers(data: bytes, folder: Path) -> None:
    """The walk over a file, and the stretches in which words may stand."""
    from screening.containers.parts import ContainerError
    from screening.containers.walk import walk
    from screening.photo.blocks import blocks

    with suppress(ContainerError):
        list(blocks(data, walk(data)))


def metadata(data: bytes, folder: Path) -> None:
    """A packet of XMP or a block of EXIF in a sound JPEG."""
    from fixtures.make_hostile import saved, segment, view
    from screening.photo.metadata import read
    from screening.photo.photo import Photo

    head = b"Exif\0\0" if data[:1] < b"\x80" else b"http://ns.adobe.com/xap/1.0/\0"
    jpeg = saved(view(), "JPEG")
    read(Photo.from_bytes(jpeg[:2] + segment(0xE1, head + data[1:65_000]) + jpeg[2:], name="a.jpg"))


def policy(data: bytes, folder: Path) -> None:
    """A pipeline file."""
    from screening import config

    config.load(_written(folder / "own.toml", data))


def labels(data: bytes, folder: Path) -> None:
    """A file of labels."""
    from screening.evaluation import labels as labelled

    labelled.read(_written(folder / "labels.jsonl", data))


def decisions(data: bytes, folder: Path) -> None:
    """The decisions of a run."""
    from screening.office.office import Office
    from screening.run.decisions import Decisions

    _written(folder / "decisions.jsonl", data)
    Decisions(folder, Office(folder / "office")).current()


def clearance(data: bytes, folder: Path) -> None:
    """A clearance."""
    from screening.release.clearance import read

    read(_written(folder / "clearance.json", data))


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


TARGETS: dict[str, Callable[[bytes, Path], None]] = {
    target.__name__: target for target in (photo, containers, metadata, policy, labels, decisions, clearance)
}


def seeds(target: str) -> list[bytes]:
    """Sound input to begin with."""
    from fixtures.make_hostile import TITLE, XMP, exif, whole
    from screening.photo.files import FORMATS
    from screening.weights import data_folder

    if target == "photo":
        names = list(FORMATS.values())
        return [
            bytes((next(place for place, endings in enumerate(names) if Path(name).suffix in endings),)) + data
            for name, data in whole().items()
        ]
    if target == "containers":
        return list(whole().values())
    if target == "metadata":
        return [b"\0" + exif()[6:], b"\xff" + XMP % TITLE]
    if target == "policy":
        return [path.read_bytes() for path in data_folder("pipelines").glob("*.toml")]
    return [
        b'{"schema": "screening-clearance-1", "files": []}\n',
        b'{"file": "a.jpg", "about": "number-plate", "present": true}\n',
    ]


def main() -> None:
    """Runs one target for so many minutes."""
    import atheris

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--out", type=Path, default=Path("fuzz"))
    options = parser.parse_args()
    target = TARGETS[options.target]
    with tempfile.TemporaryDirectory() as temporary, atheris.instrument_imports(include=["screening"]):
        folder, corpus = Path(temporary), options.out / options.target
        corpus.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(seeds(options.target)):
            (corpus / f"seed-{number}").write_bytes(seed)

        def once(data: bytes) -> None:
            try:
                target(data, folder)
            except ScreeningError:
                return

        once(b"")  # imports what the target needs, which is not counted as the first input's time
        limits = [f"-max_total_time={int(60 * options.minutes)}", f"-timeout={SECONDS}", "-rss_limit_mb=4096"]
        kept = f"-artifact_prefix={options.out}/{options.target}-"
        atheris.Setup([sys.argv[0], str(corpus), kept, *limits, "-verbosity=0"], once)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
