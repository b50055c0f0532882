"""Reads the text in a photo once, for all rules that look at words: one `seen.text` for each line.

One look at the whole picture, and at the tiles of a very large one, finds the lines and the places where there may be
more; print that was too small or too faint is looked at again, enlarged. Every line is read from the full picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from screening.arrays import Pixels
from screening.finding import Box, Finding
from screening.photo.photo import Photo
from screening.photo.tiles import parts
from screening.text import closer_look, ppocr
from screening.text.closer_look import Laid, Place
from screening.text.ppocr import Quad
from screening.text.readings import Reading, missing, settle
from screening.text.whole_look import LONGEST, Look, hints, letterbox

# Below this confidence a line may be mirrored, and above it a mirrored reading of so many letters counts.
MIRRORED, LETTERS = 0.95, 4
# How much surer it must be: some words, such as TO LET, nearly read in a mirror too.
SURER = 0.05
# Lower or shorter lines are not tried, and upside down too only much longer ones: it would cost more than it finds.
MIRRORED_HIGH, LONG, STRIP = 14.0, 2.5, 6.0
# Lines lower than this, in pixels of the full picture, are illegible to anyone.
LOWEST = 5.0
# Reads an upright line: its text, and the mean confidence in its characters.
Reader = Callable[[Pixels], tuple[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Reads lines of text.

    Attributes:
        side: the longer side at which the whole picture is looked at.
        enlarge: how far a small picture is enlarged for that.
        line: the detector's least mean confidence in a line.
        hint: the least confidence of a place that gets a second look.
        sheets: the most sheets (640 pixels square) of places that get a second look.
        minimum: the reader's least mean confidence in what a line says.
        reader: "pp-ocr", or "easyocr", which is an extra, slower, and comes without its weights.
        easyocr_folder: where easyocr's weights are, or go; "" for `libraries/easyocr` in the office's own folder.
        easyocr_network: the name of your own recogniser in that folder.
        easyocr_languages: easyocr's codes of the languages to read.
        easyocr_fetch: whether easyocr may download missing weights: the only option that allows a connection.
    """

    name: ClassVar[str] = "text"
    kinds: ClassVar[tuple[str, ...]] = ("seen.text",)

    side: int = 1120
    enlarge: float = 2.0
    line: float = 0.3
    hint: float = 0.1
    sheets: int = 3
    minimum: float = 0.5
    reader: Literal["pp-ocr", "easyocr"] = "pp-ocr"
    easyocr_folder: str = ""
    easyocr_network: str = "standard"
    easyocr_languages: tuple[str, ...] = ("en",)
    easyocr_fetch: bool = False

    @property
    def networks(self) -> tuple[str, ...]:
        """The networks that it runs; those of easyocr are not ours."""
        return ("text-detection", "text-recognition") if self.reader == "pp-ocr" else ()

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        readings = self.with_ppocr(photo) if self.reader == "pp-ocr" else self.with_easyocr(photo)
        for reading in settle(readings):
            yield from seen(reading, photo)

    def with_ppocr(self, photo: Photo) -> list[Reading]:
        """What the two PP-OCR networks read."""
        whole = Box(0, 0, photo.width, photo.height)
        readings: list[Reading] = []
        looks: list[Look] = []
        for part in (whole, *parts(photo, longest=LONGEST)):
            canvas, factor = letterbox(photo, part, side=self.side, enlarge=self.enlarge)
            looks.append(Look(part, factor, ppocr.probabilities(canvas)))
            readings += self.read(photo, missing(looks[-1].quads(sure=self.line), readings))
        places = [place for look in looks for place in hints(look, photo, readings, least=self.hint)]
        return readings + self.read(photo, missing(self.closer(photo, places), readings))

    def with_easyocr(self, photo: Photo) -> list[Reading]:
        """What easyocr reads."""
        from screening.text import easyocr_reader

        choice = easyocr_reader.EasyOcr(
            folder=self.easyocr_folder,
            network=self.easyocr_network,
            languages=self.easyocr_languages,
            fetch=self.easyocr_fetch,
        )
        lines = choice.lines(photo.rgb, side=2 * self.side)
        return self.read(photo, lines, reader=choice.read, height=easyocr_reader.HIGH)

    def closer(self, photo: Photo, places: Iterable[Place]) -> Iterator[Quad]:
        """The lines that appear when places are enlarged; if a line runs off its place, a wider one is looked at
        too."""
        beyond: list[Place] = []
        for laid, quad in self.enlarged(photo, places, most=self.sheets):
            if laid.runs_off(quad):
                beyond += laid.beyond(quad, photo)
            if not laid.cuts(quad):
                yield laid.to_photo(quad)
        for laid, quad in self.enlarged(photo, beyond, most=1):
            if not laid.runs_off(quad):
                yield laid.to_photo(quad)

    def enlarged(self, photo: Photo, places: Iterable[Place], *, most: int) -> Iterator[tuple[Laid, Quad]]:
        """The lines on sheets of enlarged places, each with its place."""
        for shape, laid in closer_look.arrange(closer_look.join(places), most=most):
            for quad in ppocr.quads(ppocr.probabilities(closer_look.draw(photo, shape, laid)), sure=self.line):
                yield from ((one, quad) for one in laid if one.holds(quad))

    def read(
        self, photo: Photo, quads: Iterable[Quad], *, reader: Reader = ppocr.read, height: int = ppocr.HIGH
    ) -> list[Reading]:
        """The text of lines, each in the direction in which it reads best, without those that say nothing."""
        readings = []
        small, factor = photo.scaled(self.side)

        def answer(way: Quad, *, mirrored: bool = False) -> Reading:
            # large letters are cut out of the small picture, which costs less and shows as much
            large = min(way.width, way.height) * factor >= height
            source, place = (small, way.scaled(factor)) if large else (photo.rgb, way)
            crop = ppocr.straighten(source, place, height=height)
            text, score = reader(np.ascontiguousarray(crop[:, ::-1]) if mirrored else crop)
            return Reading(way, " ".join(text.split()), score)

        for quad in quads:
            if min(quad.width, quad.height) < LOWEST:
                continue
            answers = [answer(way) for way in ppocr.ways(quad)]
            best = max(answers, key=lambda answer: answer.score)
            # upside-down paper: upside-down letters are read as others, but never with confidence
            if not best.certain and quad.width > ppocr.UPRIGHT * quad.height:
                turned = answer(ppocr.half_turn(quad))
                best = turned if turned.certain else best
            # the back of tape and of print on windows, and what a mirror shows: mirrored letters seem others, too
            if best.score < MIRRORED and min(quad.width / LONG, quad.height) >= MIRRORED_HIGH:
                best = better_mirrored(best, quad, answer)
            # leaves and brickwork are read as a lone mark or Chinese character
            if best.score >= self.minimum and (len(best.text) > 1 or (best.text.isascii() and best.text.isalnum())):
                readings.append(best)
        return readings


def better_mirrored(best: Reading, quad: Quad, answer: Callable[..., Reading]) -> Reading:
    """The reading of a line's mirror image, of tape also upside down, where that is surely print; else the best so
    far."""
    ways = [ppocr.ways(quad)[0], *([ppocr.half_turn(quad)] if quad.width >= STRIP * quad.height else [])]
    mirrors = [answer(way, mirrored=True) for way in ways]
    least = max(MIRRORED, best.score + SURER)
    sure = [one for one in mirrors if one.score >= least and sum(map(str.isalnum, one.text)) >= LETTERS]
    return max((best, *sure), key=lambda one: one.score)


def seen(reading: Reading, photo: Photo) -> Iterator[Finding]:
    """A reading inside the photo as a finding; its text may be personal, so the evidence only counts it."""
    points = tuple((float(x), float(y)) for x, y in reading.quad.points)
    box = Box.around(points).clip(photo.width, photo.height)
    if box is not None:
        evidence = f"text, {len(reading.text)} characters"
        yield Finding("seen.text", min(reading.score, 1.0), evidence, box, reading.text, points)
