"""Pictures with a labelled box around everything that was found."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from screening.arrays import Pixels
from screening.inert import inert
from screening.photo.files import Limits
from screening.photo.photo import Photo
from screening.photo_report import PhotoReport
from screening.policy import Judgement, Verdict
from screening.weights import UNFOLLOWED

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

# Red, amber and blue-grey that colour-blind people can tell apart, and letters that are readable on each.
COLOURS = {Verdict.BLOCK: (178, 24, 43), Verdict.HOLD: (230, 159, 0), Verdict.CLEAR: (86, 110, 130)}
LETTERS = {Verdict.BLOCK: "white", Verdict.HOLD: "black", Verdict.CLEAR: "white"}
ENDING = ".screened.jpg"


def annotate_file(path: Path, report: PhotoReport, folder: Path, *, limits: Limits) -> Path:
    """Writes a copy of a picture with its findings drawn in, in the same subfolder of the output folder as in the
    shoot.

    Raises:
        FileError: if the picture cannot be decoded.
        OSError: if the copy cannot be written.
    """
    from PIL import Image

    photo = Photo.open(path, name=report.file, limits=limits)
    target = folder.joinpath(*(part for part in Path(report.file).parts if part not in ("..", "/")))
    target = target.with_name(target.name + ENDING)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | UNFOLLOWED, 0o600), "wb") as file:
        Image.fromarray(annotate(photo.rgb, report.judgements)).save(file, "JPEG", quality=88)
    return target


def annotate(rgb: Pixels, judgements: Sequence[Judgement]) -> Pixels:
    """A copy of the picture with a labelled box for each finding, and a strip below for those without a box."""
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.fromarray(rgb)
    side = max(picture.size)
    font = ImageFont.load_default(max(11, side // 70))
    draw = ImageDraw.Draw(picture)
    # the strictest last, so that they are on top
    for one in sorted(judgements, key=lambda one: one.verdict):
        if one.finding.box:
            _draw_box(draw, one, font=font, thick=max(2, side // 500))
    return np.asarray(_with_strip(picture, [one for one in judgements if not one.finding.box], font), np.uint8)


def _draw_box(
    draw: ImageDraw.ImageDraw, one: Judgement, *, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, thick: int
) -> None:
    box = one.finding.box
    assert box is not None
    colour = COLOURS[one.verdict]
    # the line is drawn outside, so that it covers nothing that was found
    draw.rectangle(
        (box.left - thick, box.top - thick, box.right - 1 + thick, box.bottom - 1 + thick), outline=colour, width=thick
    )
    label = f"{one.verdict}: {one.rule} {one.finding.score:.2f}"
    left, top, right, bottom = (round(side) for side in draw.textbbox((0, 0), label, font=font))
    wide, high, pad = right - left, bottom - top, thick * 2
    x = max(0, min(box.left - thick, draw.im.size[0] - wide - 2 * pad))
    above = box.top - thick - high - 2 * pad
    y = above if above >= 0 else min(box.bottom + thick, draw.im.size[1] - high - 2 * pad)
    draw.rectangle((x, y, x + wide + 2 * pad, y + high + 2 * pad), fill=colour)
    draw.text((x + pad - left, y + pad - top), label, fill=LETTERS[one.verdict], font=font)


def _with_strip(
    picture: Image.Image, judgements: Sequence[Judgement], font: ImageFont.FreeTypeFont | ImageFont.ImageFont
) -> Image.Image:
    """The picture on top of a strip with one line for each finding that concerns the whole file."""
    from PIL import Image, ImageDraw

    if not judgements:
        return picture
    line = round(sum(abs(side) for side in font.getbbox("Ag")[1::2]) * 1.3)
    sheet = Image.new("RGB", (picture.width, picture.height + line * len(judgements) + line // 2), "white")
    sheet.paste(picture)
    draw = ImageDraw.Draw(sheet)
    for row, one in enumerate(judgements):
        top = picture.height + line // 4 + row * line
        draw.rectangle(
            (line // 4, top + line // 5, line // 4 + line // 2, top + line * 7 // 10), fill=COLOURS[one.verdict]
        )
        said = f"{one.verdict}: {one.rule}: {inert(one.finding.evidence)}"
        draw.text((line, top), said.encode("latin-1", "replace").decode("latin-1"), fill="black", font=font)
    return sheet
