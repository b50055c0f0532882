"""Reads the text in a photo, once, for all the rules that look at words: one `seen.text` for each line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from screening.finding import Box, Finding
from screening.photo import Photo, Pixels
from screening.stages import ppocr
from screening.stages.ppocr import Quad

# The shorter sides of canvases: few shapes, because the engine compiles each one.
SHORT_SIDES = (736, 864, 960, 1280)
GREY = 127


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Reads lines of text.

    Attributes:
        side: the longer side at which the whole picture is looked at.
        enlarge: how far a small picture is enlarged for that.
        line: the detector's least mean confidence in a line.
        minimum: the reader's least mean confidence in what a line says.
    """

    name: ClassVar[str] = "text"
    kinds: ClassVar[tuple[str, ...]] = ("seen.text",)

    side: int = 1280
    enlarge: float = 2.0
    line: float = 0.4
    minimum: float = 0.5

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        canvas, factor = letterbox(photo, side=self.side, enlarge=self.enlarge)
        for quad in ppocr.quads(ppocr.probabilities(canvas), sure=self.line):
            whole = Quad(quad.points / np.float32(factor), quad.score)
            text, score, way = ppocr.read_quad(photo.rgb, whole)
            if text.strip() and score >= self.minimum:
                yield from seen(text, score, way, photo)


def letterbox(photo: Photo, *, side: int, enlarge: float) -> tuple[Pixels, float]:
    """The picture on a canvas of one of few shapes, top left, and the factor: canvas = picture x factor."""
    import cv2

    longer, shorter = max(photo.width, photo.height), min(photo.width, photo.height)
    scale = min(side / longer, enlarge)
    picture, factor = photo.scaled(side)
    if scale != factor:
        size = max(1, round(photo.width * scale)), max(1, round(photo.height * scale))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
    most = side if longer * scale > side * 0.75 else -(-round(longer * scale) // 160) * 160
    least = next((short for short in SHORT_SIDES if short >= shorter * scale and short <= most), most)
    high, wide = (least, most) if photo.width >= photo.height else (most, least)
    canvas = np.full((-(-high // 32) * 32, -(-wide // 32) * 32, 3), GREY, np.uint8)
    canvas[: picture.shape[0], : picture.shape[1]] = picture
    return canvas, scale


def seen(text: str, score: float, quad: Quad, photo: Photo) -> Iterator[Finding]:
    """A line inside the photo as a finding; its text may be personal, so the evidence only counts it."""
    points = tuple((float(x), float(y)) for x, y in quad.points)
    box = Box.around(points).clip(photo.width, photo.height)
    text = " ".join(text.split())
    if box is not None:
        yield Finding("seen.text", min(score, 1.0), f"text, {len(text)} characters", box, text, points)
