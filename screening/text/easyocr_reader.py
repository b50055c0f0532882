"""Reads text with `easyocr`, for those who would rather: its own networks find lines and read them.

It is an optional extra, and fetches its weights where somebody permits it. It is kept from printing and from warning;
the fetching is its own, and where it fails the error says what to do.
"""

from __future__ import annotations

import contextlib
import functools
import io
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from screening.arrays import Pixels
from screening.finding import ScreeningError
from screening.text.ppocr import Quad, rectangle

# The height of the lines that its recognisers take.
HIGH = 64


class ReaderError(ScreeningError):
    """A reader of text is not installed, or has no weights; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EasyOcr:
    """Which of easyocr's networks to use.

    Attributes:
        folder: where its weights are, or go once fetched, and the files of a network of one's own; "" for the office's.
        network: the name of a recogniser of one's own (NAME.py, NAME.yaml and NAME.pth in the folder), or "standard".
        languages: easyocr's codes of the languages.
        fetch: whether weights that are missing are downloaded.
    """

    folder: str = ""
    network: str = "standard"
    languages: tuple[str, ...] = ("en",)
    fetch: bool = False

    def lines(self, picture: Pixels, *, side: int) -> list[Quad]:
        """The lines of text in an RGB picture, looked at with its longer side at most `side`."""
        with _quiet():
            level, tilted = _load(self).detect(picture, canvas_size=side, reformat=False)
        found = [rectangle(left, top, right, bottom) for left, right, top, bottom in level[0]]
        # its slanted ones come as four corners, clockwise from the top left
        found += [Quad(np.array(corners, np.float32), 1.0) for corners in tilted[0]]
        return [quad for quad in found if min(quad.width, quad.height) >= 1]

    def read(self, crop: Pixels) -> tuple[str, float]:
        """What an upright RGB line says, and how sure that is."""
        import cv2

        grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
        with _quiet():
            answers = _load(self).recognize(grey, [[0, grey.shape[1], 0, grey.shape[0]]], [], reformat=False)
        _, text, score = answers[0]
        return str(text), float(score)


@functools.cache
def _load(choice: EasyOcr) -> Any:
    """The reader, once per process.

    Raises:
        ReaderError: if easyocr or its weights cannot be had.
    """
    try:
        import easyocr
        import torch
    except ImportError as error:
        raise ReaderError(
            'the reader easyocr is not installed: install the extra screening[easyocr], or set reader = "pp-ocr"'
        ) from error
    torch.set_num_threads(1)  # a process a core, as the engine does
    folder = str(Path(choice.folder).expanduser()) if choice.folder else None
    try:
        return easyocr.Reader(
            list(choice.languages),
            gpu=False,
            model_storage_directory=folder,
            user_network_directory=folder,
            recog_network=choice.network,
            download_enabled=choice.fetch,
            verbose=False,
            quantize=False,
        )
    # a failed download, a broken one (easyocr asserts its digest), a missing file with downloads off
    except (OSError, AssertionError, zipfile.BadZipFile) as error:
        raise ReaderError(
            "the weights of the reader easyocr cannot be had: put them into the folder that easyocr_folder names, or "
            'permit a download with easyocr_fetch = true, or set reader = "pp-ocr"'
        ) from error
    except (ValueError, ImportError, KeyError, RuntimeError) as error:
        raise ReaderError(
            "easyocr cannot use the network or the languages it was given; check easyocr_network and easyocr_languages"
        ) from error


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Nothing on standard output (a report may go there), and no warnings about torch's future."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield
