"""Reads text with `easyocr` as an alternative: its own networks find lines and read them.

It is an optional extra, and downloads its weights if that is permitted; if a download fails the error says what to do.
It is kept from printing and warning.
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

# The input height of its recognisers.
HIGH = 64


class ReaderError(ScreeningError):
    """A text reader is not installed, or has no weights; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EasyOcr:
    """Which of easyocr's networks to use.

    Attributes:
        folder: where its weights are, or are downloaded to, and the files of your own network; "" for the office's.
        network: the name of your own recogniser (NAME.py, NAME.yaml and NAME.pth in the folder), or "standard".
        languages: easyocr's codes of the languages.
        fetch: whether missing weights are downloaded.
    """

    folder: str = ""
    network: str = "standard"
    languages: tuple[str, ...] = ("en",)
    fetch: bool = False

    def lines(self, picture: Pixels, *, side: int) -> list[Quad]:
        """The lines of text in an RGB picture, searched with its longer side at most `side`."""
        with _quiet():
            level, tilted = _load(self).detect(picture, canvas_size=side, reformat=False)
        found = [rectangle(left, top, right, bottom) for left, right, top, bottom in level[0]]
        # slanted lines come as four corners, clockwise from the top left
        found += [Quad(np.array(corners, np.float32), 1.0) for corners in tilted[0]]
        return [quad for quad in found if min(quad.width, quad.height) >= 1]

    def read(self, crop: Pixels) -> tuple[str, float]:
        """The text of an upright RGB line, and its confidence."""
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
        ReaderError: if easyocr or its weights are not available.
    """
    try:
        import easyocr
        import torch
    except ImportError as error:
        raise ReaderError(
            'the reader easyocr is not installed: install the extra screening[easyocr], or set reader = "pp-ocr"'
        ) from error
    torch.set_num_threads(1)  # one thread, because there is one process per core
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
            "the weights of the reader easyocr are missing: put them into the folder that easyocr_folder names, or "
            'permit a download with easyocr_fetch = true, or set reader = "pp-ocr"'
        ) from error
    except (ValueError, ImportError, KeyError, RuntimeError) as error:
        raise ReaderError(
            "easyocr cannot use this network or these languages; check easyocr_network and easyocr_languages"
        ) from error


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keeps standard output clean (a report may go there), and silences torch's deprecation warnings."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield
