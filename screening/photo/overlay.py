"""Lays a preview over the part of a picture that it should show, and looks for what only the preview shows."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from screening.arrays import Floats, Pixels
from screening.photo.tones import Tones, blurred

# Where a preview lies is looked for at so many pixels on the longer side, one after the other.
PLACED = (96, 208)
# A preview lies no further from where it should than this share of the picture's sides.
ASTRAY = 0.08
# What a preview shows beyond the picture's left and right edges together, or its upper and lower ones, as a share of
# the picture: lens corrections move that much, and a crop to 97 % leaves more.
BEYOND = 0.024
# The picture is looked at with so many pixels, at most, on its longer side, and up to 3 for each of the preview.
FINE = 960
# Blurs the preview (standard deviation in pixels): most sharpening, noise and squares of JPEG are gone then.
SOFT = 0.8
# Blurs the picture as much as previews that are not sharp are.
DULL = 1.5
# How far a shade may lie outside those around its place in the picture: in grey levels, and as a share of their range,
# for what sharpening and coarse sampling add.
LEVELS, SHARE = 8.0, 0.2
# The largest mean of what is left, in grey levels, over SPOT pixels each way. Chosen by `benchmarks.previews` on the
# part of the labelled pictures that is for choosing.
MARK, SPOT = 3.0, 2
# The largest difference of the means of PATCH pixels each way.
PATCH_MARK, PATCH = 34.0, 8
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Overlay:
    """A preview, turned as the picture is, and what it should show.

    Attributes:
        preview: in grey, without its bars.
        picture: the part of the picture, in RGB.
        margins: how much of the preview's view is cut off at the left, top, right and bottom, in its pixels.
    """

    preview: Pixels
    picture: Pixels
    margins: tuple[int, int, int, int] = (0, 0, 0, 0)

    def shows_more(self) -> bool:
        """Whether the preview shows something that the picture does not."""
        return self.more() > 1

    def more(self) -> float:
        """How much the preview shows that the picture does not, in multiples of what counts; infinite where it shows
        what lies beyond the picture.

        Every shade of the preview must be found around its place in the picture, within a pixel of the preview, once
        light, contrast, colour and vignetting are evened out. What is blurred, flat or covered in the picture offers
        few shades; a preview that is so offers none that would be missed. And no patch may be lighter or darker on the
        whole, for a pattern that covers something offers every shade.
        """
        import cv2

        place = self._placed()
        if self._beyond(place) > BEYOND:
            return math.inf
        height, width = self.preview.shape
        near = self._warped(place, 1, self._scaled(1))
        soft = blurred(self.preview, SOFT).astype(np.float32)
        edge = _distance(height, width)
        tones = Tones.of(near, blurred(self.preview, 1.2), edge)
        times = int(np.clip(FINE // max(height, width), 1, 3))
        fine = self._warped(place, times, tones.grey(self._scaled(times)))
        around = np.ones((3 * times, 3 * times), np.uint8)
        middles = np.s_[times // 2 :: times, times // 2 :: times]
        even = tones.grey(near)
        # a preview may be less sharp than the picture, too
        dull = blurred(even, DULL)
        light = tones.vignetted(np.maximum(cv2.dilate(fine, around)[middles], dull), edge)
        dark = tones.vignetted(np.minimum(cv2.erode(fine, around)[middles], dull), edge)
        left = np.maximum(soft - light, dark - soft) - LEVELS - SHARE * (light - dark)
        # what lies at the very edge of the picture may come from beyond it
        all_in = self._warped(place, 1, np.full(near.shape[:2], 255, np.uint8), outside=0)
        edges = cv2.erode(all_in, np.ones((5, 5), np.uint8), borderValue=255) < 255
        left[edges] = 0
        off = soft - tones.vignetted(even, edge)
        off[edges] = 0
        spots = cv2.blur(np.maximum(left, 0), (SPOT, SPOT)).max() / MARK
        return float(max(spots, np.abs(cv2.blur(off, (PATCH, PATCH))).max() / PATCH_MARK))

    def _view(self) -> tuple[int, int]:
        """Width and height of all that the preview shows, in its pixels."""
        left, top, right, bottom = self.margins
        return self.preview.shape[1] + left + right, self.preview.shape[0] + top + bottom

    def _scaled(self, times: int) -> Pixels:
        """The picture with so many pixels for each of the preview."""
        import cv2

        width, height = self._view()
        smaller = width * times <= self.picture.shape[1]
        how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(self.picture, (width * times, height * times), interpolation=how), np.uint8)

    def _placed(self) -> Matrix:
        """From the preview's pixels to the picture's, scaled to the preview's size: an affine matrix (2, 3).

        Found by the enhanced correlation coefficient (Evangelidis and Psarakis, 2008), which light and contrast do not
        change; where the two have nothing in common, they are laid on each other as they are.
        """
        left, top, *_ = self.margins
        straight = np.array([[1.0, 0.0, left], [0.0, 1.0, top]])
        place = straight
        for side in PLACED:
            found = self._moved(place, side)
            if found is None:
                return straight
            place = found
        far = np.abs(place - straight) / [1.0, 1.0, max(self.preview.shape)]
        return place if far.max() <= ASTRAY else straight

    def _moved(self, place: Matrix, side: int) -> Matrix | None:
        """Such a matrix, bettered at so many pixels on the longer side; None where that is not possible."""
        import cv2

        factor = min(1.0, side / max(self.preview.shape))
        scale = np.array([[1.0, 1.0, factor], [1.0, 1.0, factor]])
        sides = (self.preview.shape[::-1], self._view())
        small = [[max(8, round(length * factor)) for length in one] for one in sides]
        grey = cv2.cvtColor(self.picture, cv2.COLOR_RGB2GRAY)
        preview, picture = (
            cv2.resize(one, size, interpolation=cv2.INTER_AREA).astype(np.float32)
            for one, size in zip((self.preview, grey), small, strict=True)
        )
        until = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 25, 1e-3 if side == PLACED[0] else 1e-4)
        start = (place * scale).astype(np.float32)
        everywhere = np.full(picture.shape, 255, np.uint8)
        try:
            found = cv2.findTransformECC(preview, picture, start, cv2.MOTION_AFFINE, until, everywhere, 5)[1]
        except cv2.error:
            return None
        return np.asarray(np.asarray(found, np.float64) / scale, np.float64)

    def _beyond(self, place: Matrix) -> float:
        """How much the preview shows beyond the picture, as a share of the picture's width or height."""
        left, top, *_ = self.margins
        width, height = self._view()
        first, last = (-0.5 - left, -0.5 - top), (width - 0.5 - left, height - 0.5 - top)
        across, down = (first[0] + last[0]) / 2, (first[1] + last[1]) / 2
        ends = np.array([[first[0], down, 1], [last[0], down, 1], [across, first[1], 1], [across, last[1], 1]])
        at = ends @ place.T + 0.5
        wider = max(0.0, -at[0, 0]) + max(0.0, at[1, 0] - width)
        higher = max(0.0, -at[2, 1]) + max(0.0, at[3, 1] - height)
        return float(max(wider / width, higher / height))

    def _warped(self, place: Matrix, times: int, picture: Pixels, outside: int | None = None) -> Pixels:
        """What lies behind the preview, of a picture with so many pixels for each of the preview's."""
        import cv2

        # pixels are counted from their middles
        turn, moved = place[:, :2], place[:, 2]
        half = np.full(2, (1 / times - 1) / 2)
        matrix = np.column_stack([turn, times * (turn @ half + moved + 0.5) - 0.5])
        size = self.preview.shape[1] * times, self.preview.shape[0] * times
        border = cv2.BORDER_REPLICATE if outside is None else cv2.BORDER_CONSTANT
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpAffine(picture, matrix, size, flags=flags, borderMode=border), np.uint8)


def _distance(height: int, width: int) -> Floats:
    """The square of each pixel's distance from the middle; 1 in the corners."""
    down, across = np.linspace(-1, 1, height, dtype=np.float32), np.linspace(-1, 1, width, dtype=np.float32)
    return np.asarray((down[:, None] ** 2 + across[None] ** 2) / 2, np.float32)
