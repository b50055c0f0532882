"""The look at a whole picture or a tile of a large one: its canvas, and the places where there may be more print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from screening.arrays import Floats, Pixels
from screening.finding import Box
from screening.photo.canvas import blank, lay, scaled_size
from screening.photo.photo import Photo
from screening.photo.tiles import cut
from screening.text import closer_look, ppocr
from screening.text.closer_look import Place
from screening.text.ppocr import Quad
from screening.text.readings import Reading

# Canvases (longer side, shorter side) where the longest is 1120: few, because the engine compiles each one, and none
# much larger than the one for 4:3, because the cost is proportional to the area.
CANVASES = ((1120, 640), (1120, 768), (1120, 864), (960, 960))
STEP = 160
# The longest side, in pixels, that one look covers. Each tile costs a look; 24 megapixels are still one.
LONGEST = 6200
GREY = 127
# Print lower than this in the look at the whole picture gets a closer look, enlarged to this height, or as far as it
# helps, with this margin (in its own heights), without which the network takes the whole crop for a line.
SMALL = 20.0
READABLE = 40.0
ENLARGE = 3.0
MARGIN = 2.0
# A closer look that enlarges less than this shows nothing new.
WORTHWHILE = 1.25
# The assumed height of a page's lines that the look at the whole picture could not separate.
PAGE = 13.0
# Such a place gets a closer look only if the full picture shows this much more: for small print in documents and
# receipts in 12-megapixel pictures `lost` returns 10 or more, for smooth surfaces less than 5.
DETAIL = 6.0


@dataclass(frozen=True, slots=True)
class Look:
    """The result of one look.

    Attributes:
        part: the part of the picture that it covers.
        factor: canvas = (picture - part's corner) x factor.
        heatmap: for each pixel of the canvas the probability that it belongs to a line.
    """

    part: Box
    factor: float
    heatmap: Floats

    def quads(self, *, sure: float) -> Iterator[Quad]:
        """The lines, in pixels of the full picture."""
        for quad in ppocr.quads(self.heatmap, sure=sure):
            yield quad.scaled(1 / self.factor).moved(self.part.left, self.part.top)


def letterbox(photo: Photo, part: Box, *, side: int, enlarge: float) -> tuple[Pixels, float]:
    """A part letterboxed at the top left of a canvas of one of few shapes, and the factor as in `Look`."""
    longer, shorter = max(part.width, part.height), min(part.width, part.height)
    shapes = [(side * long / CANVASES[0][0], side * short / CANVASES[0][0]) for long, short in CANVASES]
    scale, long, short = max(
        ((min(long / longer, short / shorter, enlarge), long, short) for long, short in shapes),
        key=lambda shape: (shape[0], -shape[1] * shape[2]),
    )
    if scale > 1:
        picture, larger = photo.crop(part), scale
    else:
        (picture, scale), larger = cut(photo, part, side=int(max(photo.width, photo.height) * scale)), 1.0
    # a canvas shape for each picture would cost a compilation each
    width, height = (
        max(32, -(-int(min(most, -(-side // STEP) * STEP)) // 32) * 32)
        for side, most in zip(
            scaled_size(picture, larger), (long, short) if part.width >= part.height else (short, long), strict=True
        )
    )
    canvas = blank(height, width, grey=GREY)
    lay(canvas, picture, scale=larger, smooth=True)
    return canvas, scale


def hints(look: Look, photo: Photo, readings: Sequence[Reading], *, least: float, most: int = 120) -> Iterator[Place]:
    """The places where a look showed print that was too small or too faint to read."""
    import cv2

    heatmap, factor = look.heatmap, look.factor
    corner = np.array((look.part.left, look.part.top), np.float32)
    done = np.zeros(heatmap.shape, np.uint8)
    for reading in readings:
        if reading.certain:
            points = (reading.quad.points - corner) * np.float32(factor)
            cv2.fillPoly(done, [np.round(points).astype(np.int32)], 1)
    contours, _ = cv2.findContours((heatmap > least).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    seen = []
    for contour in contours:
        x, y, width, height = cv2.boundingRect(contour)
        here = heatmap[y : y + height, x : x + width]
        if done[y : y + height, x : x + width][here > least].mean() < 0.5:
            # the network marks the kernel of a line, about half as high as the line
            seen.append((float(here.max()), x, y, width, height, 2.0 * (min(cv2.minAreaRect(contour)[1]) + 1.0)))
    for peak, x, y, width, height, line_height in sorted(seen, reverse=True)[:most]:
        # something high that could not be read may be a page of small print, which the network marks as one region
        line = line_height if line_height < SMALL else PAGE
        around = MARGIN * line + line_height / 4
        corners = (x - around, y - around), (x + width + around, y + height + around)
        box = Box.around(tuple((across / factor, down / factor) for across, down in corners))
        box = box.shift(look.part.left, look.part.top)
        inside = box.clip(photo.width, photo.height)
        scale = min(ENLARGE, factor * READABLE / line)
        if inside is not None and line == PAGE:
            # beyond its own pixels the picture has no more detail of small print
            scale = min(scale, closer_look.fit(inside), 1.0)
        if inside is None or scale <= WORTHWHILE * factor:
            continue
        if line != PAGE or lost(photo, inside, factor) > DETAIL:
            yield Place(inside, scale, peak)


def lost(photo: Photo, box: Box, factor: float, *, side: int = 192) -> float:
    """How much detail in the middle of a box is lost when the picture is reduced by a factor: the root mean square
    of the difference, in grey levels of 255."""
    import cv2

    x, y = (int(place) for place in box.centre)
    middle = Box(max(x - side, box.left), max(y - side, box.top), min(x + side, box.right), min(y + side, box.bottom))
    grey = cv2.cvtColor(photo.crop(middle), cv2.COLOR_RGB2GRAY)
    size = max(1, round(grey.shape[1] * factor)), max(1, round(grey.shape[0] * factor))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    again = cv2.resize(small, grey.shape[::-1], interpolation=cv2.INTER_CUBIC)
    return float(cv2.norm(grey, again, cv2.NORM_L2) / grey.size**0.5)
