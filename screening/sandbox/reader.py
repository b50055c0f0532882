"""The process in the sandbox: it is sent a file's bytes, decodes them, and answers what the file shows and says."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from mmap import mmap
from typing import Any, BinaryIO

import numpy as np

from screening.photo import metadata
from screening.photo.carried import Carried, carried
from screening.photo.files import FileError, Limits
from screening.photo.photo import Photo
from screening.sandbox.confine import confine
from screening.sandbox.messages import receive, send

Answer = dict[str, Any]
Hold = Callable[[bytes, dict[str, Any], mmap], object]


def main(hold: Hold | None = None) -> None:
    """Answers, by what `hold` makes of a file, until nobody asks any more.

    The program's arguments are the shared memory's descriptor and size, and the most bytes that it may take.
    """
    shared, size, memory = (int(argument) for argument in sys.argv[1:])
    asked, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # libraries print, and what they print is not an answer
        os.dup2(null, stream)
    area = mmap(shared, size)
    _warm()
    confine(memory=memory)
    send(answers, {"ready": True})
    serve(asked, answers, area, hold or Held)


def _warm() -> None:
    """Loads the decoders: once shut in, some could not be."""
    import cv2
    import exiv2
    import pillow_heif
    from PIL import Image

    cv2.setNumThreads(1)
    exiv2.XmpParser.initialize()
    pillow_heif.register_heif_opener()
    Image.init()


def serve(asked: BinaryIO, answers: BinaryIO, area: mmap, hold: Hold) -> None:
    """Answers one message after another about the file that was sent last."""
    held: object = None
    while True:
        try:
            fields = receive(asked)
        except EOFError:
            return
        try:
            if fields["ask"] == "open":
                held = None  # what it takes is given back before the next is decoded
                held = hold(area[: fields["size"]], fields, area)
            answer: Answer = getattr(held, fields["ask"])()
        except FileError as error:
            answer = {"refused": type(error).__name__, "said": str(error)}
            if isinstance(error.__cause__, MemoryError):
                answer["said"] = "takes more memory than is allowed; export a smaller copy"
        except Exception as error:  # a decoder's own
            answer = {"failed": type(error).__name__}
        send(answers, answer)


class Held:
    """A file that was opened, and how far its other pictures have been asked for."""

    def __init__(self, data: bytes, fields: dict[str, Any], area: mmap) -> None:
        self.photo = Photo.from_bytes(data, name=fields["name"], limits=Limits(**fields["limits"]))
        self.area = area
        self._others: Iterator[Photo] | None = None
        self._carried: Iterator[Carried] | None = None

    def open(self) -> Answer:
        """The picture itself."""
        return self._shown(self.photo)

    def metadata(self) -> Answer:
        """What it says."""
        said = asdict(metadata.read(self.photo))
        del said["pictures"]  # they are compared here
        return {"metadata": said}

    def other(self) -> Answer:
        """Its next other picture."""
        self._others = self._others or self.photo.others()
        photo = next(self._others, None)
        return self._shown(photo) if photo else {"end": True}

    def carry(self) -> Answer:
        """The next of what else it carries."""
        self._carried = self._carried or carried(self.photo)
        one = next(self._carried, None)
        if one is None:
            return {"end": True}
        finding = one.finding and {"kind": one.finding.kind, "said": one.finding.evidence}
        return {"finding": finding, "photo": one.photo and self._shown(one.photo)}

    def _shown(self, photo: Photo) -> Answer:
        """Puts a picture's pixels where both can see them, and describes it."""
        there = np.frombuffer(self.area, np.uint8, photo.rgb.size)
        there.reshape(photo.rgb.shape)[:] = photo.rgb
        return {"format": photo.format, "frame": photo.frame, "width": photo.width, "height": photo.height}
