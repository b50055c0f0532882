"""What dlib's network sees in each face of ages/, ages2/ and faces/, and in spoilt copies, kept between runs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from models.juvenile import degrade
from models.pictures import pictures_in, rgb
from models.split import Split
from screening.faces.centerface import detect
from screening.faces.embedding import SIDE, chip, network
from screening.faces.identifiability import measure
from screening.finding import Box, Finding
from screening.photo.photo import Photo
from screening.stages.faces import Faces as FaceFinder

# The picture as it is, the picture on another background, and four spoilt copies.
COPIES = 6
MARGIN = 44
# The folders of faces of which the file name says the age; only the first must be there.
AGED = ("ages", "ages2")
# Of faces/ nothing is known but who is a child: children.json, by hand. These ages stand for that.
CHILD, GROWN = 8, 40
# Faces of crowds that score less are left out; a scan leaves them alone from about there.
RECOGNISABLE = 0.4


@dataclass(frozen=True, slots=True)
class Faces:
    """All faces and their copies.

    Attributes:
        key: stands for these very pictures.
        age, gender, ethnicity: (n,) as the file names give them.
        name: (n,) the path of the picture below the data folder.
        part: (n,) the `Part` of that picture by the split.
        embedding: (n, COPIES, 128).
        maps: (n, COPIES, 128, 8, 8), float16.
        chips: (n, COPIES, SIDE, SIDE, 3), the upright cut-outs that the rest was taken from, RGB.
        eyes: (n, COPIES) pixels between the eyes.
        detail: (n, COPIES) the measure of that name of `screening.faces.identifiability`.
        picture: (n,) of a face in faces/, the number of its picture; -1 for those whose age is known.
        masked: (n,) 1 with a mask, 0 without, -1 where the set does not say.
    """

    key: str
    age: NDArray[np.int64]
    gender: NDArray[np.int64]
    ethnicity: NDArray[np.int64]
    name: NDArray[np.str_]
    part: NDArray[np.str_]
    embedding: NDArray[np.float32]
    maps: NDArray[np.float16]
    chips: NDArray[np.uint8]
    eyes: NDArray[np.float32]
    detail: NDArray[np.float32]
    picture: NDArray[np.int64]
    masked: NDArray[np.int64]


class Files(NamedTuple):
    """What the cache keeps of one folder: a table of everything small, and the two large arrays."""

    table: Path
    maps: Path
    chips: Path


def read(data: Path, cache: Path, *, limit: int = 0) -> Faces:
    """The faces of DATA/ages and, if there are any, of DATA/ages2 and DATA/faces, from the cache if seen before.

    `limit` takes every so many of them.
    """
    cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    backdrops = list(_backdrops(data))
    tables, large, seen = [], [], hashlib.sha256()
    for name, faces in (*((folder, _aged) for folder in AGED), ("faces", _crowd)):
        paths = _thinned(pictures_in(data / name), limit)
        if not paths and name == AGED[0]:
            raise ValueError(f"{data / name} has no pictures; their names begin with age_gender_ethnicity_")
        if not paths:
            continue
        key = _key(paths)
        seen.update(key.encode())
        files = Files(*(cache / f"{name}-{key}{ending}" for ending in (".npz", "-maps.npy", "-chips.npy")))
        if not all(file.is_file() for file in files):
            _see(faces(paths), len(paths) * (1 if name in AGED else 40), backdrops, files)
        tables.append(dict(np.load(files.table)))
        # read from the disk as they are joined: the folders and their sum would not fit into 8 GB
        large.append((np.load(files.maps, mmap_mode="r"), np.load(files.chips, mmap_mode="r")))
    joined = {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}
    maps, chips = (np.concatenate(halves) for halves in zip(*large, strict=True))
    split = Split.of(data)
    joined["part"] = np.array([split.part(name).value for name in joined["name"].tolist()])
    return Faces(key=seen.hexdigest()[:12], maps=maps, chips=chips, **joined)


def children_of(folder: Path) -> Path:
    """The file that says who in the pictures of faces/ is a child: beside them, or ours, for the pictures we had."""
    beside = folder / "children.json"
    return beside if beside.is_file() else Path(__file__).with_name("children.json")


def _key(paths: list[Path]) -> str:
    """What these very pictures are called in the cache; others are seen anew."""
    known = hashlib.sha256(b"by their names\n")
    for path in paths:
        known.update(f"{path.name} {path.stat().st_size}\n".encode())
    if paths[0].parent.name == "faces":
        known.update(children_of(paths[0].parent).read_bytes())
    return known.hexdigest()[:12]


def _thinned(paths: list[Path], limit: int) -> list[Path]:
    return paths[:: max(1, len(paths) // limit)] if limit else paths


@dataclass(frozen=True, slots=True)
class _Face:
    """A face before it is spoilt; `labels` are age, gender, ethnicity, picture and masked."""

    seed: int
    name: str
    rgb: degrade.Pixels
    points: degrade.Points
    labels: tuple[int, int, int, int, int]


def _aged(paths: list[Path]) -> Iterator[_Face]:
    """The faces of a folder of AGED; one that the finder does not find is left out, as it would be in a scan."""
    for number, path in enumerate(paths):
        picture = rgb(path)
        if (points := landmarks(picture)) is not None:
            age, gender, ethnicity = (int(word) for word in path.name.split("_")[:3])
            yield _Face(number, _named(path), picture, points, (age, gender, ethnicity, -1, 0))


def _named(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _crowd(paths: list[Path]) -> Iterator[_Face]:
    """The recognisable faces of the pictures of faces/ of which it is known who in them is a child."""
    folder = paths[0].parent
    labels = json.loads(children_of(folder).read_text(encoding="utf-8"))
    children: dict[str, list[Box]] = {}
    for name, *sides in labels["children"]:
        children.setdefault(name, []).append(Box(*sides))
    marked = {entry["file"]: entry["yolo"] for entry in json.loads((folder / "labels.json").read_text())}
    for number, path in enumerate(paths):
        if path.name in labels["unsure"]:
            continue
        photo = Photo.from_array(rgb(path))
        for face in FaceFinder()(photo, ()):
            if face.box is not None and face.score >= RECOGNISABLE:
                young = any(face.box.iou(box) > 0.3 for box in children.get(path.name, ()))
                masked = _masked(face.box, photo, marked[path.name])
                yield _near(photo, face, _named(path), (CHILD if young else GROWN, -1, -1, number, masked))


def _masked(face: Box, photo: Photo, marked: list[list[str]]) -> int:
    """1 with a mask, 0 without, by the labelled box about the face's middle (class 1: mask, 2: none); else -1."""
    x, y = face.centre
    for kind, *numbers in marked:
        middle_x, middle_y, wide, high = (float(number) for number in numbers)
        across, down = abs(x - middle_x * photo.width), abs(y - middle_y * photo.height)
        if across < wide * photo.width / 2 and down < high * photo.height / 2:
            return {"1": 1, "2": 0}.get(kind, -1)
    return -1


def _near(photo: Photo, face: Finding, name: str, labels: tuple[int, int, int, int, int]) -> _Face:
    """The part of a picture about a face."""
    around = Box.around(face.points).union(face.box or Box.around(face.points)).grow(0.8)
    inside = around.clip(photo.width, photo.height) or Box(0, 0, photo.width, photo.height)
    points = np.array(face.points) - (inside.left, inside.top)
    return _Face(labels[3], name, np.ascontiguousarray(photo.crop(inside)), points, labels)


def _backdrops(data: Path) -> Iterator[degrade.Pixels]:
    for path in pictures_in(data / "everyday"):
        yield np.asarray(cv2.resize(rgb(path), (300, 300), interpolation=cv2.INTER_AREA), np.uint8)


def landmarks(rgb: degrade.Pixels) -> degrade.Points | None:
    """The landmarks of the face that fills a tight cut-out, as the face finder of a scan gives them, or None."""
    wide = np.asarray(cv2.copyMakeBorder(rgb, MARGIN, MARGIN, MARGIN, MARGIN, cv2.BORDER_REPLICATE), np.uint8)
    found = detect(wide, minimum=0.3)
    return np.array(max(found, key=lambda face: face.height).points) - MARGIN if found else None


def copies(
    rgb: degrade.Pixels, points: degrade.Points, backdrops: list[degrade.Pixels], random: degrade.Random
) -> Iterator[tuple[degrade.Pixels, degrade.Points]]:
    """The COPIES of one face."""
    yield rgb, points
    placed, moved = degrade.surround(rgb, points, backdrops, random)
    yield placed, moved + random.normal(0, 0.02 * degrade.eye_distance(moved), moved.shape)
    for _ in range(COPIES - 2):
        yield degrade.spoil(rgb, points, backdrops, random)


def _see(faces: Iterator[_Face], most: int, backdrops: list[degrade.Pixels], files: Files) -> None:
    """Writes the files of the cache."""
    run = network()
    labels, names, embeddings, eyes, detail = [], [], [], [], []
    halves = files.maps.with_suffix(".part"), files.chips.with_suffix(".part")
    maps = np.lib.format.open_memmap(halves[0], "w+", np.float16, (most, COPIES, 128, 8, 8))
    chips = np.lib.format.open_memmap(halves[1], "w+", np.uint8, (most, COPIES, SIDE, SIDE, 3))
    for index, face in enumerate(faces):
        spoilt = list(copies(face.rgb, face.points, backdrops, np.random.default_rng(face.seed)))
        places = [[(float(x), float(y)) for x, y in points] for _, points in spoilt]
        chips[index] = [chip(rgb, points) for (rgb, _), points in zip(spoilt, places, strict=True)]
        embedding, maps[index] = run(chips[index].transpose(0, 3, 1, 2))
        embeddings.append(embedding)
        eyes.append([degrade.eye_distance(points) for _, points in spoilt])
        cuts = zip(chips[index], places, strict=True)
        detail.append([measure(cut, height=SIDE, points=at, detector=1.0)[2] for cut, at in cuts])
        labels.append(face.labels)
        names.append(face.name)
        if index % 1000 == 0:
            print(f"{index} faces seen", flush=True)
    np.save(files.maps, maps[: len(labels)])
    np.save(files.chips, chips[: len(labels)])
    del maps, chips
    for half in halves:
        half.unlink()
    age, gender, ethnicity, picture, masked = np.array(labels).T
    np.savez(
        files.table, age=age, gender=gender, ethnicity=ethnicity, picture=picture, masked=masked, name=np.array(names),
        embedding=np.array(embeddings, np.float32), eyes=np.array(eyes, np.float32),
        detail=np.array(detail, np.float32),
    )  # fmt: skip
