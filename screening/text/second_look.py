"""Reads again what was not read well: a small part of a photo, enlarged, or a line at better corners."""

from __future__ import annotations

import numpy as np

from screening.arrays import Pixels
from screening.finding import Box
from screening.photo.canvas import blank, lay
from screening.photo.photo import Photo
from screening.text import ppocr
from screening.text.lines import Line
from screening.text.ppocr import Quad

# Canvases (height, width): few, because the engine compiles each one. The first that is high enough is used.
CANVASES = ((128, 320), (224, 320), (320, 320))
# The greatest enlargement of a part: beyond it there is no more detail.
ENLARGE = 6.0
GREY = 127


def look(photo: Photo, part: Box, *, sure: float = 0.3, minimum: float = 0.5) -> tuple[Line, ...]:
    """The lines of text in a part of the photo, found and read enlarged.

    Args:
        photo: the photo.
        part: the region of interest.
        sure: the detector's least mean confidence in a line.
        minimum: the reader's least mean confidence in what a line says.
    """
    box = part.clip(photo.width, photo.height)
    if box is None:
        return ()
    pixels = photo.crop(box)
    height, width = next((size for size in CANVASES if size[0] / size[1] >= box.height / box.width), CANVASES[-1])
    scale = min(height / box.height, width / box.width, ENLARGE)
    canvas = blank(height, width, grey=GREY)
    lay(canvas, pixels, scale=scale, smooth=True)
    found = []
    for quad in ppocr.quads(ppocr.probabilities(canvas), sure=sure):
        text, score, way = _best(pixels, Quad(quad.points / np.float32(scale), quad.score))
        points = tuple((float(x) + box.left, float(y) + box.top) for x, y in way.points)
        around = Box.around(points).clip(photo.width, photo.height)
        if text.strip() and score >= minimum and around is not None:
            found.append(Line(" ".join(text.split()), min(score, 1.0), around, points))
    return tuple(found)


def read(photo: Photo, line: Line) -> Line:
    """The line read again at its own corners, when these are known better than before."""
    text, score = ppocr.read(ppocr.straighten(photo.rgb, Quad(np.array(line.points, np.float32), 1.0)))
    return Line(" ".join(text.split()), min(score, 1.0), line.box, line.points)


def _best(picture: Pixels, quad: Quad) -> tuple[str, float, Quad]:
    """A line's text, its confidence and its first corner: a line that is higher than wide may run up or down."""
    ways = [quad.turned(1), quad.turned(3)] if quad.height > 2.0 * quad.width else [quad]
    readings = [(*ppocr.read(ppocr.straighten(picture, way)), way) for way in ways]
    return max(readings, key=lambda reading: reading[1])
