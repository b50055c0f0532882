"""Things by their looks, whether or not anything can be read on them: firearms, cash, cards, papers, screens, tape.

One network answers for each place of the picture how likely each is there. What is on a paper or a screen decides: with
dense print it holds, anything less is noted.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from screening.arrays import Floats, Pixels
from screening.engine import load, probability
from screening.finding import Box, Finding
from screening.photo.photo import Photo
from screening.text.lines import lines

# Pixels of the picture for each place that the network answers for, across and down.
STEP = 32
# The longer side, in pixels, at which the network learnt to look at a whole picture.
SIDE = 512
# What the network answers for, in its order.
OBJECTS = ("firearm", "blade", "cash", "card", "paper", "screen", "tape")
# The kind of each that is reported; of blades it finds too few (models/objects/card.md), so a person is asked.
KINDS: Mapping[str, str] = {
    "firearm": "evidence.firearm",
    "cash": "evidence.cash",
    "card": "personal.document.card",
    "paper": "personal.document.paper",
    "screen": "personal.document.screen",
    "tape": "scene.tape",
}
BARE = "personal.document.bare"
SEEN = {
    "firearm": "a firearm, or what looks like one",
    "cash": "banknotes, or what looks like them",
    "card": "an identity or bank card, a pass or a passport, by its shape",
    "paper": "a paper, notebook or whiteboard",
    "screen": "the screen of a computer or a telephone",
    "tape": "cordon tape, by its stripes",
}
# Whose print decides, and what counts as dense print: so many lines, each no higher than this share of the longer side
# of the place. A poster, a sign or a clock has few lines, and large ones.
WRITTEN = ("paper", "screen")
LINES, HIGHEST = 6, 0.05
# The most findings of one kind: the surest.
MOST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Objects:
    """Finds firearms, banknotes, cards, papers, screens and cordon tape by their looks.

    Attributes:
        network: the network, by its name in models/manifest.toml.
        minimum: the score below which nothing is reported.
    """

    name: ClassVar[str] = "objects"
    after: ClassVar[tuple[str, ...]] = ("text",)
    kinds: ClassVar[tuple[str, ...]] = (*KINDS.values(), BARE)

    network: str = "objects"
    minimum: float = 0.3

    @property
    def networks(self) -> tuple[str, ...]:
        """The network that it runs."""
        return (self.network,)

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        """One finding for each place where there is one, at most MOST of a kind."""
        answers = load(self.network)(batch(fitted(photo.scaled(2 * SIDE)[0])))[0][0]
        read = lines(found)
        for thing, logits in zip(OBJECTS, answers, strict=True):
            if thing not in KINDS or probability(float(logits.max())) < self.minimum:
                continue
            for score, box in places(logits, photo)[:MOST]:
                kind, seen = KINDS[thing], SEEN[thing]
                if thing in WRITTEN:
                    low = HIGHEST * max(box.width, box.height)
                    inside = [line for line in read if line.height <= low and line.box.inside(box) > 0.5]
                    dense = len(inside) >= LINES
                    kind = kind if dense else BARE
                    seen = f"{seen}, {f'with {len(inside)} lines on it' if dense else 'without dense print'}"
                yield Finding(kind, score, seen, box)


def fitted(picture: Pixels) -> Pixels:
    """The picture with its longer side at SIDE, and both sides at multiples of STEP, as the network takes them."""
    import cv2

    height, width = picture.shape[:2]
    size = [max(1, round(length * SIDE / max(height, width) / STEP)) * STEP for length in (width, height)]
    shrinks = size[0] <= width
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR))


def batch(picture: Pixels) -> Floats:
    """A picture as the network's input, (1, 3, h, w), 0 to 1."""
    return np.ascontiguousarray(picture.transpose(2, 0, 1)[None] * np.float32(1 / 255))


def places(logits: Floats, photo: Photo) -> list[tuple[float, Box]]:
    """Where it is, with its score, the surest first: places side by side that are likely, or else the likeliest one."""
    import cv2

    count, of = cv2.connectedComponents((logits >= min(0.0, float(logits.max()))).astype(np.uint8))
    down, across = photo.height / logits.shape[0], photo.width / logits.shape[1]
    made = []
    for one in range(1, count):
        rows, columns = np.nonzero(of == one)
        box = Box(
            int(columns.min() * across), int(rows.min() * down),
            math.ceil((columns.max() + 1) * across), math.ceil((rows.max() + 1) * down),
        )  # fmt: skip
        clipped = box.clip(photo.width, photo.height) or Box(0, 0, photo.width, photo.height)
        made.append((probability(float(logits[of == one].max())), clipped))
    return sorted(made, reverse=True)
