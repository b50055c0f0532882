"""Finds faces with CenterFace, looks again at the doubtful ones, and scores how recognisable each is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from screening.arrays import Pixels
from screening.faces.centerface import Face, detect, suppress
from screening.faces.embedding import chip
from screening.faces.identifiability import identifiability
from screening.faces.proposals import CELL, proposed
from screening.faces.second_look import placed, second_look
from screening.finding import Box
from screening.photo.photo import Photo
from screening.photo.windows import Window

# A candidate from this score on is worth a second look; one below that height in the view may be fainter, as a face 24
# pixels high in 12 megapixels is. There are many faint large candidates (eight per picture), and 1 of 800 was a face.
FIRST = 0.1
SMALL, FIRST_IF_SMALL = 12, 0.04
LEAST = 14  # pixels: in a lower face nobody is recognised (see _at_best), so a doubtful one does not get a second look
TURNED = 0.2  # the same for turned faces, which are rare
CERTAIN = 0.8  # from this score on the first look is enough
# A picture of which a side is at least this long is looked at where there may be a face; for smaller ones it pays not.
LARGE = 1000
# A dim face is brightened until its highlights reach this value, of 255, as far as its noise allows.
BRIGHT, MOST_GAIN = 160, 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFace:
    """A face in a photo.

    Attributes:
        box: where it is.
        points: its landmarks, as in a finding.
        score: how likely the person can be recognised, 0 to 1.
    """

    box: Box
    points: tuple[tuple[float, float], ...]
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceFinder:
    """How faces are looked for.

    Attributes:
        side: the longer side, in pixels, at which small faces are looked for.
        everywhere: whether they are looked for everywhere, not only where a cheap network proposes some; slower.
        small_side: the longer side at which faces that fill the picture are looked for.
        enlarged: the longer side to which a small picture is enlarged, at most twofold.
        minimum: the least detector score in one of its two looks. The score of a face depends on the second look.
        looks: how many doubtful candidates get a second look, the likeliest first; the others are judged by the first.
        turned: whether to look for sideways and upside-down faces too, in the smaller view: people lying down, and
            pictures that were saved without being turned upright.
        turned_minimum: the least detector score of a turned face.
    """

    side: int = 1920
    everywhere: bool = False
    small_side: int = 416
    enlarged: int = 800
    minimum: float = 0.4
    looks: int = 128
    turned: bool = True
    turned_minimum: float = 0.6

    def find(self, photo: Photo) -> Iterator[FoundFace]:
        """The faces in a photo, the surest first."""
        confirmed = self.upright(photo)
        if self.turned:
            certain = any(face.score >= CERTAIN for face in confirmed)
            confirmed = suppress([*confirmed, *self._turned(photo, also_upside_down=not certain)])
        for face in confirmed:
            box = _box(face).clip(photo.width, photo.height)
            if box is not None:
                score = _is_a_face(face.score) * _recognisable(face, box, photo)
                yield FoundFace(box=box, points=face.points, score=score)

    def upright(self, photo: Photo) -> list[Face]:
        """What one of two looks takes for an upright face, the surest first."""
        candidates = self._candidates(photo)
        return self._confirmed(candidates, photo, first=self.minimum, second=self.minimum)

    def _confirmed(
        self, candidates: Iterable[Face], photo: Photo, *, second: float, first: float = CERTAIN
    ) -> list[Face]:
        """The candidates that are likely enough in the first look or in the second, each once."""
        # a doubtful candidate must not hide one within it: the second look decides
        faces = suppress(candidates, nested=True)
        doubtful = [face for face in faces if face.score < CERTAIN and face.height >= LEAST][: self.looks]
        looked_at = {face: second_look(photo, face) for face in doubtful}
        looks = [(face, looked_at.get(face, face)) for face in faces]
        return suppress(again for face, again in looks if face.score >= first or again.score >= second)

    def _turned(self, photo: Photo, *, also_upside_down: bool) -> Iterator[Face]:
        """Faces in the smaller view rotated by 90 degrees each way, and by 180."""
        pixels, factor = photo.scaled(self.small_side)
        for quarters in (1, 3, 2) if also_upside_down else (1, 3):
            view = Photo.from_array(np.rot90(pixels, quarters))
            for face in self._confirmed(detect(view.rgb, minimum=TURNED), view, second=self.turned_minimum):
                yield _turned_back(face, quarters, view).moved(1 / factor)

    def _candidates(self, photo: Photo) -> Iterator[Face]:
        """What may be a face, at the scales to search."""
        longest = max(photo.width, photo.height)
        enlarge = min(2.0, self.enlarged / longest)
        pixels, factor = (_resized(photo.rgb, enlarge), enlarge) if enlarge > 1 else photo.scaled(self.side)
        some = None if self.everywhere or longest < LARGE else proposed(photo, pixels)
        yield from _seen(pixels, factor) if some is None else _seen_in(some, pixels, factor)
        if longest * enlarge > 1.2 * self.small_side:
            for face in _seen(*photo.scaled(self.small_side)):
                # what was only seen small gets its exact place from a closer look
                yield face if some is None or face.score < CERTAIN else placed(photo, face)


def _seen(pixels: Pixels, factor: float) -> Iterator[Face]:
    for face in detect(pixels, minimum=FIRST_IF_SMALL):
        if face.score >= FIRST or face.height < SMALL:
            yield face.moved(1 / factor)


def _seen_in(some: Iterable[Window], pixels: Pixels, factor: float) -> Iterator[Face]:
    """What may be a face in windows of a view."""
    for window in some:
        for face in _seen(window.pixels(pixels, CELL), 1.0):
            whole = face.moved(1.0, window.left * CELL, window.top * CELL)
            column, row = (int(place // CELL) for place in whole.centre)
            # a face that is cut off is whole in another window
            if window.rows.start <= row < window.rows.stop and window.columns.start <= column < window.columns.stop:
                yield whole.moved(1 / factor)


def _resized(rgb: Pixels, factor: float) -> Pixels:
    import cv2

    size = max(1, round(rgb.shape[1] * factor)), max(1, round(rgb.shape[0] * factor))
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(rgb, size, interpolation=way), dtype=np.uint8)


def _turned_back(face: Face, quarters: int, view: Photo) -> Face:
    """Maps a face from a view that was rotated anticlockwise by quarter turns back to the picture."""

    def back(x: float, y: float) -> tuple[float, float]:
        places = {1: (view.height - y, x), 2: (view.width - x, view.height - y), 3: (y, view.width - x)}
        return places[quarters]

    left, top, right, bottom = face.corners
    (x0, y0), (x1, y1) = back(left, top), back(right, bottom)
    corners = min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
    return Face(face.score, corners, tuple(back(x, y) for x, y in face.points))


def _box(face: Face) -> Box:
    left, top, right, bottom = (round(side) for side in face.corners)
    return Box(left, top, max(right, left + 1), max(bottom, top + 1))


def _is_a_face(score: float) -> float:
    """How likely a confirmed candidate is a person's face: half at 0.45, where by eye half are animals and things."""
    return 1 / (1 + math.exp(-(score - 0.45) / 0.05))


def _recognisable(face: Face, box: Box, photo: Photo) -> float:
    """How likely a person shown there is recognised, even after brightening, which anybody can do."""
    cut = chip(photo.rgb, face.points)
    brightest = float(np.percentile(cut, 90)) or 1.0
    gain = min(max(BRIGHT / brightest, 1.0), MOST_GAIN)
    if gain > 1:
        cut = np.minimum(cut * np.float32(gain), 255).astype(np.uint8)
    known = identifiability(cut, height=box.height, points=face.points, detector=face.score)
    return min(known, _at_best(box.height))


def _at_best(height: int) -> float:
    """The best score at a face's height, from the table in models/identifiability/card.md: .4 at 16 px, .8 at 24."""
    return 1 / (1 + math.exp(-3.0 * math.log2(height / 17.5)))
