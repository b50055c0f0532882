"""Reads the text in a photo, once, for all the rules that look at words: one `seen.text` for each line.

One look at the whole picture, and at the parts of a very large one, finds the lines, and where there may be more; print
that was too small or too faint for it is looked at again, enlarged, and every line is read from the full picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from screening.arrays import Floats, Pixels
from screening.duplicates import keep_best
from screening.finding import Box, Finding
from screening.photo.canvas import blank, lay, scaled_size
from screening.photo.photo import Photo
from screening.photo.tiles import cut, parts
from screening.text import closer_look as closer
from screening.text import ppocr
from screening.text.closer_look import Place
from screening.text.ppocr import Quad

# Canvases (longer side, shorter side) where the longest is 1120: few, because the engine compiles each one, and none
# much larger than the one for 4:3, because a look costs what its area is.
CANVASES = ((1120, 640), (1120, 768), (1120, 864), (960, 960))
STEP = 160
# The longest side, in pixels, that one look takes in. Parts cost a look each, so that 24 megapixels still are one.
LONGEST = 6200
GREY = 127
# Print lower than this in the look at the whole picture is looked at again, enlarged to this height, or as far as it
# helps, with so much of what is around it (in its own heights): without that the network takes the cut-out for a line.
SMALL = 20.0
READABLE = 40.0
ENLARGE = 3.0
MARGIN = 2.0
# A closer look that enlarges less than this shows nothing new.
WORTHWHILE = 1.25
# How high the lines of a page are taken to be that the look at the whole picture could not part.
PAGE = 13.0
# Such a place is looked at again only where the full picture shows this much more: over small print in documents and
# receipts laid into 12-megapixel pictures `lost` gives 10 and more, over smooth things less than 5.
DETAIL = 6.0
# A reading this sure, of at least two characters, needs no second look.
CERTAIN = 0.9
# Lines lower than this, in pixels of the full picture, hold no letters that anyone could read.
LOWEST = 5.0
# Of two readings of the same place the one with more characters, each this much better than chance, is kept.
CHANCE = 0.4
# Lines that share more of the smaller one than this are the same.
SAME = 0.6


# Reads an upright line: its text, and the mean confidence in its characters.
Reader = Callable[[Pixels], tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Reading:
    """A line and what it says.

    Attributes:
        quad: where, in pixels of the full picture, from the text's own top left.
        text: what it says.
        score: the reader's mean confidence in its characters.
    """

    quad: Quad
    text: str
    score: float

    @property
    def certain(self) -> bool:
        """Whether it needs no second look."""
        return self.score >= CERTAIN and len(self.text) > 1

    @property
    def worth(self) -> float:
        """More for a longer and a surer text: a long guess is worth less than a sure word."""
        return float(len("".join(self.text.split())) * max(0.0, self.score - CHANCE) ** 1.5)


@dataclass(frozen=True, slots=True)
class Look:
    """What one look showed.

    Attributes:
        part: of the picture, all of it or less.
        factor: canvas = (picture - part's corner) x factor.
        chart: for each pixel of the canvas the probability that it belongs to a line.
    """

    part: Box
    factor: float
    chart: Floats

    def quads(self, *, sure: float) -> Iterator[Quad]:
        """The lines, in pixels of the full picture."""
        for quad in ppocr.quads(self.chart, sure=sure):
            yield quad.scaled(1 / self.factor).moved(self.part.left, self.part.top)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Reads lines of text.

    Attributes:
        side: the longer side at which the whole picture is looked at.
        enlarge: how far a small picture is enlarged for that.
        line: the detector's least mean confidence in a line.
        hint: the least confidence of a place that is looked at again.
        sheets: the most sheets (640 pixels square) of places that are looked at again.
        minimum: the reader's least mean confidence in what a line says.
        reader: "pp-ocr", or "easyocr", which is an extra, slower, and needs weights that it does not come with.
        easyocr_folder: where easyocr's weights are, or go; "" for `libraries/easyocr` in the office's own folder.
        easyocr_network: a recogniser of one's own in that folder, by its name.
        easyocr_languages: easyocr's codes of the languages to read.
        easyocr_fetch: whether easyocr may download what it lacks: the one thing that asks for another computer.
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
        """The networks that it runs; those of easyocr are easyocr's to keep."""
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
        """The lines that show when places are looked at enlarged."""
        for shape, laid in closer.arrange(closer.join(places), most=self.sheets):
            for quad in ppocr.quads(ppocr.probabilities(closer.draw(photo, shape, laid)), sure=self.line):
                yield from (one.to_photo(quad) for one in laid if one.holds(quad) and not one.cuts(quad))

    def read(
        self, photo: Photo, quads: Iterable[Quad], *, reader: Reader = ppocr.read, height: int = ppocr.HIGH
    ) -> list[Reading]:
        """What lines say, each in the direction in which it reads best; those that say something."""
        readings = []
        small, factor = photo.scaled(self.side)

        def answer(way: Quad) -> Reading:
            # large letters are cut out of the small picture, which costs less and shows as much
            large = min(way.width, way.height) * factor >= height
            source, place = (small, way.scaled(factor)) if large else (photo.rgb, way)
            text, score = reader(ppocr.straighten(source, place, height=height))
            return Reading(way, " ".join(text.split()), score)

        for quad in quads:
            if min(quad.width, quad.height) < LOWEST:
                continue
            answers = [answer(way) for way in ppocr.ways(quad)]
            best = max(answers, key=lambda answer: answer.score)
            # paper that lies head to foot: letters that stand on their heads are read as others, but never surely
            if not best.certain and quad.width > ppocr.UPRIGHT * quad.height:
                turned = answer(ppocr.half_turn(quad))
                best = turned if turned.certain else best
            # a lone mark or Chinese character is what the reader makes of leaves and brickwork
            if best.score >= self.minimum and (len(best.text) > 1 or (best.text.isascii() and best.text.isalnum())):
                readings.append(best)
        return readings


def missing(quads: Iterable[Quad], readings: Sequence[Reading]) -> list[Quad]:
    """The lines that were not read for certain yet; one of which a piece was, is missing."""
    certain = [reading.quad for reading in readings if reading.certain]
    return [quad for quad in quads if not any(quad.inside(one) > SAME for one in certain)]


def letterbox(photo: Photo, part: Box, *, side: int, enlarge: float) -> tuple[Pixels, float]:
    """A part on a canvas of one of few shapes, top left, and the factor, as in `Look`."""
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
    # a canvas of its own for each picture would be a compilation each
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
    """The places where a look showed print too small or too faint to be read there."""
    import cv2

    chart, factor = look.chart, look.factor
    corner = np.array((look.part.left, look.part.top), np.float32)
    done = np.zeros(chart.shape, np.uint8)
    for reading in readings:
        if reading.certain:
            points = (reading.quad.points - corner) * np.float32(factor)
            cv2.fillPoly(done, [np.round(points).astype(np.int32)], 1)
    contours, _ = cv2.findContours((chart > least).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    seen = []
    for contour in contours:
        x, y, wide, high = cv2.boundingRect(contour)
        here = chart[y : y + high, x : x + wide]
        if done[y : y + high, x : x + wide][here > least].mean() < 0.5:
            # the network marks the kernel of a line, about half as high as the line
            seen.append((float(here.max()), x, y, wide, high, 2.0 * (min(cv2.minAreaRect(contour)[1]) + 1.0)))
    for peak, x, y, wide, high, height in sorted(seen, reverse=True)[:most]:
        # something high that could not be read may be a page of small print, which the network marks as one
        line = height if height < SMALL else PAGE
        around = MARGIN * line + height / 4
        corners = (x - around, y - around), (x + wide + around, y + high + around)
        box = Box.around(tuple((across / factor, down / factor) for across, down in corners))
        box = box.shift(look.part.left, look.part.top)
        inside = box.clip(photo.width, photo.height)
        scale = min(ENLARGE, factor * READABLE / line)
        if inside is not None and line == PAGE:
            # beyond its own pixels the picture has no more of small print to show
            scale = min(scale, closer.fit(inside), 1.0)
        if inside is None or scale <= WORTHWHILE * factor:
            continue
        if line != PAGE or lost(photo, inside, factor) > DETAIL:
            yield Place(inside, scale, peak)


def lost(photo: Photo, box: Box, factor: float, *, side: int = 192) -> float:
    """How much of what the picture shows in the middle of a box is gone once it is made so much smaller: the root mean
    square of the difference, in grey levels of 255."""
    import cv2

    x, y = (int(place) for place in box.centre)
    middle = Box(max(x - side, box.left), max(y - side, box.top), min(x + side, box.right), min(y + side, box.bottom))
    grey = cv2.cvtColor(photo.crop(middle), cv2.COLOR_RGB2GRAY)
    size = max(1, round(grey.shape[1] * factor)), max(1, round(grey.shape[0] * factor))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    again = cv2.resize(small, grey.shape[::-1], interpolation=cv2.INTER_CUBIC)
    return float(cv2.norm(grey, again, cv2.NORM_L2) / grey.size**0.5)


def settle(readings: Iterable[Reading]) -> list[Reading]:
    """Each line once: of two readings of the same place the one that is worth more."""
    best_first = sorted(readings, key=lambda reading: -reading.worth)
    return keep_best(best_first, lambda one, better: one.quad.covers(better.quad) > SAME)


def seen(reading: Reading, photo: Photo) -> Iterator[Finding]:
    """A reading inside the photo as a finding; its text may be personal, so the evidence only counts it."""
    points = tuple((float(x), float(y)) for x, y in reading.quad.points)
    box = Box.around(points).clip(photo.width, photo.height)
    if box is not None:
        evidence = f"text, {len(reading.text)} characters"
        yield Finding("seen.text", min(reading.score, 1.0), evidence, box, reading.text, points)
