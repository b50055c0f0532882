"""Vehicles and number plates, and how likely each vehicle shows damage by a collision."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from screening.arrays import Pixels
from screening.engine import load, probability
from screening.finding import Box, Finding
from screening.photo.photo import Photo
from screening.street import looks
from screening.street.network import CLASSES
from screening.weights import manifest

# Width and height of the crop that the damage network looks at.
SIDE = 256
# The copy of the picture that large vehicles are cut from; small ones come from the full picture.
COPY = 1920
# The logit below which a first view needs no second: most sound vehicles, and hardly a damaged one, are below it.
SOUND = -3.0
# Where the network's answers stand: what it says of a vehicle, and what of a picture.
VEHICLE, PICTURE = slice(0, 1), slice(1, 3)
# What it says of a picture: the kind's last word, and what that means from a half on, and below.
DAMAGE = ("damage consistent with a collision", "no collision damage seen")
SCENES = {"scene": DAMAGE, "fire": ("a vehicle on fire", "no vehicle on fire seen")}
MARGIN = 0.1
WIDE = 0.35
ASPECT = 1.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicles:
    """Every vehicle and plate as an observation for later stages, and a damage score for every vehicle large enough.

    The picture as a whole is scored too, as a scene: a wreck is often not recognised as a vehicle; a fire hides one.

    Attributes:
        network: the damage network, by its name in models/manifest.toml.
        street: the networks that find vehicles and plates, by their names; what one of them sees is seen.
        most: how many vehicles are scored, the largest first; those beyond it are only observed.
        smallest: the shorter side, in pixels of the full picture, below which a vehicle is not scored.
        doubt: how much surer the network has to be of a vehicle that covers half as much as the largest one, as the
            logarithm of the odds; twice that at a quarter. What stands in the background is small, covered or cut off.
        calm: how much surer it has to be of any vehicle in a picture that, as a scene, is plainly sound.
        unseen: how much surer it has to be of a scene in which nothing of a vehicle is seen, however faintly.
        minimum: the score below which the picture as a whole is not reported.

    Raises:
        ValueError: if none of the networks finds vehicles, or none plates.
    """

    name: ClassVar[str] = "vehicles"
    kinds: ClassVar[tuple[str, ...]] = (
        "seen.vehicle",
        "seen.plate",
        "vehicle.damage",
        "vehicle.damage.scene",
        "vehicle.damage.fire",
    )
    network: str = "damage"
    street: tuple[str, ...] = ("street",)
    most: int = 3
    smallest: int = 40
    doubt: float = 1.25
    calm: float = 2.0
    unseen: float = 1.0
    minimum: float = 0.05

    def __post_init__(self) -> None:
        known = manifest()
        for kind in CLASSES:
            if not any(kind in known[name].classes for name in self.street if name in known):
                raise ValueError(f'street: none of these networks finds a {kind}; add "street" to them')

    @property
    def networks(self) -> tuple[str, ...]:
        """The networks that it runs."""
        return (*self.street, self.network)

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterable[Finding]:
        """The observations, then one `vehicle.damage` a vehicle, then what the picture shows as a scene."""
        everything = looks.find(photo, networks=self.street, faint=looks.FAINT)
        told = [one for one in everything if one.kind != "vehicle" or one.score >= looks.SURE]
        for seen in told:
            yield Finding(f"seen.{seen.kind}", seen.score, seen.label, seen.box)
        vehicles = [one.box for one in told if one.kind == "vehicle"]
        vehicles.sort(key=lambda box: -box.area)
        large = [box for box in vehicles if min(box.width, box.height) >= self.smallest]
        picture = Box(0, 0, photo.width, photo.height)
        scenes = self._logits(photo, (picture, picture), PICTURE)
        calm = self.calm if max(scenes) < SOUND else 0.0
        for box in large[: self.most]:
            doubt = calm + self.doubt * math.log2(large[0].area / box.area)
            (logit,) = self._logits(photo, views(box, photo.width, photo.height), VEHICLE)
            score = probability(logit - doubt)
            yield Finding("vehicle.damage", score, _evidence("vehicle", DAMAGE, score), box)
        doubt = 0.0 if any(one.kind == "vehicle" for one in everything) else self.unseen
        for (name, words), logit in zip(SCENES.items(), scenes, strict=True):
            score = probability(logit - doubt)
            if score >= self.minimum:
                yield Finding(f"vehicle.damage.{name}", score, _evidence("the picture as a whole", words, score))

    def _logits(self, photo: Photo, regions: tuple[Box, Box], answers: slice) -> list[float]:
        """The mean of the network's logits for two views, the second one mirrored; those of the first alone where they
        say that all is plainly sound."""
        close, wide = regions
        first = self._seen(_fitted(photo, close))[answers]
        if max(first) < SOUND:
            return first
        second = self._seen(_fitted(photo, wide)[:, ::-1])[answers]
        return [(one + other) / 2 for one, other in zip(first, second, strict=True)]

    def _seen(self, crop: Pixels) -> list[float]:
        logits = load(self.network)(crop.transpose(2, 0, 1)[None] * np.float32(1 / 255))[0][0]
        return [float(logit) for logit in logits]


def views(box: Box, width: int, height: int) -> tuple[Box, Box]:
    """A vehicle as the network looks at it: with a little of what is around it, and with a third more on every side."""
    return surroundings(box, width, height), box.grow(WIDE).clip(width, height) or box


def surroundings(box: Box, width: int, height: int) -> Box:
    """The vehicle and a little of what is around it, and more where it is much longer one way than the other."""
    grown = box.grow(MARGIN)
    across = max(0, round((grown.height / ASPECT - grown.width) / 2))
    down = max(0, round((grown.width / ASPECT - grown.height) / 2))
    wanted = Box(grown.left - across, grown.top - down, grown.right + across, grown.bottom + down)
    return wanted.clip(width, height) or Box(0, 0, width, height)


def _fitted(photo: Photo, region: Box) -> Pixels:
    """The region squeezed into the network's square, from a smaller copy of the picture where that is sharp enough."""
    import cv2

    copy, factor = photo.scaled(COPY)
    if min(region.width, region.height) * factor >= SIDE:
        left, top = int(region.left * factor), int(region.top * factor)
        pixels = copy[top : round(region.bottom * factor), left : round(region.right * factor)]
    else:
        pixels = photo.crop(region)
    # whole steps first: averaging by parts of pixels takes ten times as long and shows no more
    step = min(pixels.shape[:2]) // SIDE
    if step > 1:
        height, width = pixels.shape[0] // step, pixels.shape[1] // step
        whole = pixels[: height * step, : width * step]
        pixels = np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    how = cv2.INTER_LINEAR if min(pixels.shape[:2]) >= SIDE else cv2.INTER_AREA
    return np.asarray(cv2.resize(pixels, (SIDE, SIDE), interpolation=how), dtype=np.uint8)


def _evidence(what: str, words: tuple[str, str], score: float) -> str:
    return f"{what}, {words[0] if score >= 0.5 else words[1]}"
