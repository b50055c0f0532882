"""Fits the score of `face.identifiable` to where face recognition fails: identities/ and ages/ to identifiability.json.

    python -m models.identifiability.train [DATA] [--out models/identifiability/identifiability.json]

DATA is the folder with identities/ and ages/ (by default the one that SCREENING_DATA names). Faces are reduced in steps
and then left alone or degraded: blurred, motion-blurred, made noisy, compressed, masked or given dark glasses. Each
copy is found and cropped as in a scan and compared with the person's other pictures. It is recognised if the nearest of
these is nearer than all but 1 in 1,000 of the strangers. About two minutes on one core; seeds are fixed.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from models import pictures
from models.juvenile import degrade
from models.ranking import area_under
from models.ship import ship
from screening.evaluation.intervals import told
from screening.faces import embedding
from screening.faces.centerface import Face, detect
from screening.faces.identifiability import measure

HERE = Path(__file__).resolve().parent

SEED = 20
HEIGHTS = (8, 12, 16, 20, 24, 32, 40, 56, 80)
# Edges of the size bands of the curve, in pixels of face height.
BANDS = (0, 10, 14, 18, 22, 28, 36, 48, 68, 1000)
FALSE_MATCHES = 0.001
# Edges of the score bands.
SCORES = (0.0, 0.1, 0.2, 0.4, 0.6, 0.8, 1.01)
# A person who knows a face recognises it with about two thirds of the pixels that the network needs (set, not
# measured): this much is added to the fitted log-odds.
HUMAN = 1.0
NAMES = ("constant", "size", "detail", "frontal", "detector")
# Left out of the fit: a mask defeats the network, but not a person who knows the eyes.
COVERED = ("mask", "glasses")


@dataclass(frozen=True, slots=True)
class Person:
    """A face in a picture, and the person."""

    name: str
    rgb: degrade.Pixels
    face: Face
    embedding: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Probe:
    """One degraded copy: its degradation, the face that was found, and how it compares."""

    name: str
    fault: str
    height: float
    found: bool
    measures: NDArray[np.float64]
    own: float
    strangers: NDArray[np.float64]


def people(data: Path) -> list[Person]:
    """The faces in identities/ that match most others in their folder, which excludes other people."""
    kept: list[Person] = []
    for folder in sorted(path for path in (data / "identities").iterdir() if path.is_dir()):
        faces = [person for path in pictures.pictures_in(folder) for person in _faces(path, folder.name)]
        far = np.array([[np.linalg.norm(a.embedding - b.embedding) for b in faces] for a in faces])
        middle = int((far < 0.55).sum(axis=1).argmax())
        kept += [face for face, distance in zip(faces, far[middle], strict=True) if distance < 0.55]
    return kept


def _faces(path: Path, name: str) -> Iterator[Person]:
    rgb = pictures.rgb(path)
    factor = min(1.0, 640 / max(rgb.shape))
    smaller = np.asarray(cv2.resize(rgb, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)
    for found in detect(smaller, minimum=0.5):
        face = found.moved(1 / factor)
        if face.height >= 60:
            yield Person(name, rgb, face, embedding.embed(rgb, [face.points])[0])


def spoilt(person: Person, random: degrade.Random) -> Iterator[tuple[str, degrade.Pixels, Face]]:
    """Copies of a face in the sizes of HEIGHTS with one degradation each, and where the face then is."""
    left, top, right, bottom = person.face.corners
    margin = 0.8 * person.face.height
    x, y = int(max(left - margin, 0)), int(max(top - margin, 0))
    picture = np.ascontiguousarray(person.rgb[y : int(bottom + margin), x : int(right + margin)])
    face = person.face.moved(1, -x, -y)
    points = np.array(face.points)
    before: dict[str, Callable[[], degrade.Pixels]] = {
        "mask": lambda: degrade.mask(picture, points, random),
        "glasses": lambda: degrade.glasses(picture, points, random),
    }
    for height in HEIGHTS:
        if height > 1.05 * face.height:
            continue
        for fault in ("sharp", "blur", "motion", "noise", "jpeg", *COVERED):
            scale = height / face.height
            small, moved = degrade.resize(before[fault]() if fault in before else picture, points, scale)
            if fault == "blur":
                small = np.asarray(cv2.GaussianBlur(small, (0, 0), height * random.uniform(0.02, 0.12)), np.uint8)
            elif fault == "motion":
                length = max(2, round(height * random.uniform(0.05, 0.25)))
                small = np.asarray(cv2.blur(small, (length, 1)), np.uint8)
            elif fault == "noise":
                small = degrade.noise(small, random)
            elif fault == "jpeg":
                small = degrade.jpeg(small, random)
            corners = face.moved(scale).corners
            yield fault, small, Face(1.0, corners, tuple((float(a), float(b)) for a, b in moved))


def probes(everybody: list[Person]) -> Iterator[Probe]:
    """Every degraded copy, compared with the other pictures of its person and with those of each stranger."""
    names = sorted({person.name for person in everybody})
    gallery = {name: np.stack([other.embedding for other in everybody if other.name == name]) for name in names}
    random = np.random.default_rng(SEED)
    for person in everybody:
        others = np.stack([other.embedding for other in everybody if other.name == person.name and other is not person])
        for fault, rgb, true in spoilt(person, random):
            middle = np.mean(true.points, axis=0)
            found = [
                face
                for face in detect(rgb, minimum=0.3)
                if np.hypot(*(np.mean(face.points, axis=0) - middle)) < 0.4 * true.height
            ]
            if not found:
                yield Probe(person.name, fault, true.height, False, np.zeros(5), math.inf, np.zeros(0))
                continue
            face = max(found, key=lambda face: face.score)
            chip = embedding.chip(rgb, face.points)
            vector = embedding.describe([chip])[0][0]
            nearest = [np.linalg.norm(gallery[name] - vector, axis=1).min() for name in names if name != person.name]
            measures = measure(chip, height=face.height, points=face.points, detector=face.score)
            own = float(np.linalg.norm(others - vector, axis=1).min())
            yield Probe(person.name, fault, face.height, True, measures, own, np.array(nearest))


def same_picture(data: Path, count: int = 120) -> dict[str, float]:
    """For comparison, adults of ages/: the share of shrunken copies that still match their own original, by height."""
    random = np.random.default_rng(SEED)
    paths = [path for path in pictures.pictures_in(data / "ages") if int(path.name.split("_")[0]) >= 18]
    originals = []
    for index in random.permutation(len(paths))[: count * 2]:
        wide = np.asarray(
            cv2.copyMakeBorder(pictures.rgb(paths[index]), 44, 44, 44, 44, cv2.BORDER_REPLICATE), np.uint8
        )
        if found := detect(wide, minimum=0.5):
            face = max(found, key=lambda face: face.height)
            originals.append(Person(paths[index].name, wide, face, embedding.embed(wide, [face.points])[0]))
    originals = originals[:count]
    vectors = np.stack([person.embedding for person in originals])
    pairs = np.linalg.norm(vectors[:, None] - vectors[None], axis=2)[np.triu_indices(len(vectors), 1)]
    nearest = float(np.quantile(pairs, FALSE_MATCHES))
    kept: dict[str, float] = {}
    for height in HEIGHTS:
        same = []
        for person in originals:
            rgb, points = degrade.resize(person.rgb, np.array(person.face.points), height / person.face.height)
            points = points + random.normal(0, 0.03 * degrade.eye_distance(points), points.shape)
            vector = embedding.embed(rgb, [[(float(x), float(y)) for x, y in points]])[0]
            same.append(float(np.linalg.norm(vector - person.embedding)) < nearest)
        kept[str(height)] = round(float(np.mean(same)), 3)
    return kept


def fit(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """A logistic regression with non-negative coefficients, so that the score rises with size."""

    def loss(w: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        z = x @ w
        slope = x.T @ (1 / (1 + np.exp(-z)) - y) / len(y) + 2e-3 * np.r_[0, w[1:]]
        return float((np.logaddexp(0, z) - y * z).mean() + 1e-3 * (w[1:] ** 2).sum()), slope

    bounds = [(None, None)] + [(0, None)] * (x.shape[1] - 1)
    return np.asarray(minimize(loss, np.zeros(x.shape[1]), jac=True, bounds=bounds).x)


def curve(tried: list[Probe], nearest: float) -> dict[str, dict[str, list[float]]]:
    """For each fault and band of heights: the share recognised, the share found, and how many there were."""
    table: dict[str, dict[str, list[float]]] = {}
    for fault in sorted({probe.fault for probe in tried}):
        for low, high in itertools.pairwise(BANDS):
            here = [probe for probe in tried if probe.fault == fault and low < probe.height <= high]
            if here:
                known = sum(probe.own < nearest for probe in here) / len(here)
                seen = sum(probe.found for probe in here) / len(here)
                table.setdefault(fault, {})[f"{low}-{high}"] = [round(known, 3), round(seen, 3), len(here)]
    return table


def by_score(score: NDArray[np.float64], known: NDArray[np.bool_]) -> dict[str, list[int]]:
    """For each band of the score: how many copies the network recognised, and how many there were."""
    table = {}
    for low, high in itertools.pairwise(SCORES):
        here = known[(score >= low) & (score < high)]
        table[f"{low:.1f}-{min(high, 1):.1f}"] = [int(here.sum()), len(here)]
    return table


def figures(table: dict[str, Any]) -> str:
    """The table for the card: shares with their 95% Wilson intervals and numbers of copies."""
    curves = table["recognised, found, copies"]
    bands = list(curves["sharp"])
    area = table["area under the curve, person left out"]
    known = "not measurable" if area is None else f"{area:.3f}"
    lines = [f"Area under the curve, each person scored by a fit on the others: {known}.", ""]
    lines += ["| fault | " + " | ".join(f"{band} px" for band in bands) + " |", "|---" * (len(bands) + 1) + "|"]
    for fault, cells in curves.items():
        said = []
        for band in bands:
            known, _, count = cells[band]
            said.append(told(round(known * count), int(count), digits=2))
        lines.append(f"| {fault} | {' | '.join(said)} |")
    lines += ["", "| score | copies recognised |", "|---|---|"]
    for band, (known, count) in table["recognised by score, person left out"].items():
        lines.append(f"| {band} | {told(known, count, digits=2)} |")
    same = ", ".join(f"{height} px {share:.2f}" for height, share in table["same picture of ages, recognised"].items())
    return "\n".join([*lines, "", f"Compared with the very picture that they were made from, adults of ages/: {same}."])


def written(table: dict[str, Any]) -> str:
    """The table as JSON, one list per line."""
    text = json.dumps(table, indent=1) + "\n"
    return re.sub(r"\[[^][]*\]", lambda numbers: "[" + " ".join(numbers.group()[1:-1].split()) + "]", text)


def main() -> None:
    """Measure, fit, write the table and print the figures for the card."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=os.environ.get("SCREENING_DATA"))
    parser.add_argument("--out", type=Path, default=HERE / "identifiability.json")
    options = parser.parse_args()
    if options.data is None:
        parser.error("say where the pictures are, or set SCREENING_DATA")
    cv2.setNumThreads(1)
    everybody = people(Path(options.data))
    tried = list(probes(everybody))
    found = [probe for probe in tried if probe.found]
    nearest = float(np.quantile(np.concatenate([probe.strangers for probe in found]), FALSE_MATCHES))
    used = [probe for probe in found if probe.fault not in COVERED]
    x, y = np.stack([probe.measures for probe in used]), np.array([probe.own < nearest for probe in used])
    names = np.array([probe.name for probe in used])
    held_out = np.zeros(len(used))
    for name in np.unique(names):  # each person is scored by a fit on the others (leave one out)
        held_out[names == name] = x[names == name] @ fit(x[names != name], y[names != name].astype(float))
    weights = fit(x, y.astype(float))
    weights[0] += HUMAN
    area = area_under(y, held_out)
    table: dict[str, Any] = {
        "weights": {name: round(float(value), 4) for name, value in zip(NAMES, weights, strict=True)},
        "added for human eyes": HUMAN,
        "distance at 1 false match in 1,000": round(nearest, 4),
        "faces": len(everybody),
        "copies": len(tried),
        "copies fitted": len(used),
        "area under the curve, person left out": None if area is None else round(area, 4),
        "recognised by score, person left out": by_score(1 / (1 + np.exp(-held_out - HUMAN)), y),
        "recognised, found, copies": curve(tried, nearest),
        "same picture of ages, recognised": same_picture(Path(options.data)),
    }
    ship("identifiability", written(table).encode(), options.out, figures(table))


if __name__ == "__main__":
    main()
