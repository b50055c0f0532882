"""The pictures that the review page shows, made small enough for it and kept in memory alone."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

from screening.finding import ScreeningError
from screening.inert import inert
from screening.photo.files import Limits, read
from screening.photo.photo import Photo
from screening.photo_report import PhotoReport
from screening.web.asked import ReviewError

# The longer side of a picture on the contact sheet, and of an enlarged one; the JPEG quality.
SMALL, LARGE, QUALITY = 360, 2400, 88
# How many pictures are kept in memory; never on disk, because they show people.
SMALL_KEPT, LARGE_KEPT = 2000, 12


class Pictures:
    """The pictures of a run, as JPEG files."""

    def __init__(self, sources: Mapping[str, Path], limits: Limits) -> None:
        self.sources, self.limits = sources, limits
        self._small = functools.lru_cache(maxsize=SMALL_KEPT)(functools.partial(self._jpeg, SMALL))
        self._large = functools.lru_cache(maxsize=LARGE_KEPT)(functools.partial(self._jpeg, LARGE))

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

    def _jpeg(self, side: int, name: str, sha256: str) -> bytes:
        import cv2

        try:
            photo = Photo.from_bytes(read(self.sources[name], limits=self.limits), name=name, limits=self.limits)
        except (KeyError, ScreeningError) as error:
            raise ReviewError(f"{inert(name)}: cannot be shown ({error})") from error
        if photo.sha256 != sha256:
            raise ReviewError(f"{inert(name)}: has changed since the scan; scan again")
        shown, _ = photo.scaled(side)
        done, data = cv2.imencode(".jpg", cv2.cvtColor(shown, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        if not done:
            raise ReviewError(f"{inert(name)}: cannot be shown")
        return bytes(data)
