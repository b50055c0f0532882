"""The pictures that the review page shows, made small enough for it and kept in memory alone."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

from screening.arrays import Pixels
from screening.finding import Box, ScreeningError
from screening.inert import inert
from screening.photo.files import Limits, read
from screening.photo.photo import Photo
from screening.photo_report import PhotoReport
from screening.web.asked import ReviewError

# The longer side of a picture on the contact sheet, and of an enlarged one; the JPEG quality.
SMALL, LARGE, QUALITY = 360, 2400, 88
# The longer side of a place in a picture, and how much around it is shown, as a share of its size.
CROP, AROUND = 240, 0.5
# How many pictures are kept in memory; never on disk, because they show people.
SMALL_KEPT, LARGE_KEPT, OPENED_KEPT = 2000, 12, 2


class Pictures:
    """The pictures of a run, as JPEG files."""

    def __init__(self, sources: Mapping[str, Path], limits: Limits) -> None:
        self.sources, self.limits = sources, limits
        self._small = functools.lru_cache(maxsize=SMALL_KEPT)(functools.partial(self._jpeg, SMALL))
        self._large = functools.lru_cache(maxsize=LARGE_KEPT)(functools.partial(self._jpeg, LARGE))
        self._opened = functools.lru_cache(maxsize=OPENED_KEPT)(self._open)

    def small(self, photo: PhotoReport) -> bytes:
        """A picture for the contact sheet.

        Raises:
            ReviewError: if it cannot be shown, or is not the one that was screened.
        """
        return self._small(photo.file, photo.sha256)

    def large(self, photo: PhotoReport) -> bytes:
        """A picture to look at.

        Raises:
            ReviewError: if it cannot be shown, or is not the one that was screened.
        """
        return self._large(photo.file, photo.sha256)

    def crop(self, photo: PhotoReport, box: Box) -> bytes:
        """A place in a picture, with some of what is around it.

        Raises:
            ReviewError: if it cannot be shown, or is not the one that was screened.
        """
        around = box.grow(AROUND).clip(photo.width, photo.height)
        if around is None:
            raise ReviewError(f"{inert(photo.file)}: has no such place")
        place = Photo.from_array(self.photo(photo).crop(around))
        return _encoded(place.scaled(CROP)[0], photo.file)

    def photo(self, photo: PhotoReport) -> Photo:
        """A picture with all its pixels.

        Raises:
            ReviewError: if it cannot be read, or is not the one that was screened.
        """
        return self._opened(photo.file, photo.sha256)

    def _open(self, name: str, sha256: str) -> Photo:
        try:
            photo = Photo.from_bytes(read(self.sources[name], limits=self.limits), name=name, limits=self.limits)
        except (KeyError, ScreeningError) as error:
            raise ReviewError(f"{inert(name)}: cannot be shown ({error})") from error
        if photo.sha256 != sha256:
            raise ReviewError(f"{inert(name)}: has changed since the scan; scan again")
        return photo

    def _jpeg(self, side: int, name: str, sha256: str) -> bytes:
        return _encoded(self._open(name, sha256).scaled(side)[0], name)


def _encoded(rgb: Pixels, name: str) -> bytes:
    import cv2

    done, data = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not done:
        raise ReviewError(f"{inert(name)}: cannot be shown")
    return bytes(data)
