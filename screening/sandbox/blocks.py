"""A JPEG picture's blocks covered by a process of its own: in the sandbox where the system has one.

The process reads one file from its standard input, whose end says what is asked, and answers on its standard output.
Elsewhere both are files in a folder of its own, for not every system can open its own input by a name.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from screening.finding import ScreeningError
from screening.photo.files import Limits
from screening.photo.masks import Fill, Mask, Style
from screening.sandbox import bubblewrap
from screening.sandbox.process import BASE

CODE = "from screening.sandbox.blocks import main; main()"
# Memory that a pixel takes there: its coefficients, twice, and the parts that are covered.
BYTES_A_PIXEL = 16
# How long the digest at the end of an answer is, and what stands before it if what the masks cover is flat.
DIGEST, FLAT = 64, b"flat"


class BlocksUnreadError(ScreeningError):
    """The blocks of a JPEG picture cannot be rewritten; the picture can be encoded anew."""


def covered(
    data: bytes, masks: Sequence[Mask], style: Style, fill: Fill, *, limits: Limits, folder: Path
) -> tuple[bytes, str]:
    """A JPEG file with the picture of another, but the blocks that the masks touch; it holds nothing else. And what
    stands for the blocks of the other that no mask touches, as in `outside`.

    `folder` is for files that are there only while it is made.

    Raises:
        BlocksUnreadError: if that cannot be done.
    """
    answer = _answer({"do": "cover", "masks": masks, "style": style, "fill": fill}, data, limits, folder)
    return answer[:-DIGEST], answer[-DIGEST:].decode("ascii", "replace")


def outside(data: bytes, masks: Sequence[Mask], *, limits: Limits, folder: Path) -> tuple[str, bool]:
    """As `Blocks.outside`, of a JPEG file's bytes; raises as `covered`."""
    answer = _answer({"do": "outside", "masks": masks}, data, limits, folder)
    return answer[-DIGEST:].decode("ascii", "replace"), answer[:-DIGEST] == FLAT


def _answer(asked: dict[str, object], data: bytes, limits: Limits, folder: Path) -> bytes:
    try:
        if bubblewrap.works():
            return _shut_in(asked, data, limits)
        return _in_folder(asked, data, limits, folder)
    except (OSError, subprocess.SubprocessError) as error:
        raise BlocksUnreadError("its blocks cannot be rewritten") from error


def _shut_in(asked: dict[str, object], data: bytes, limits: Limits) -> bytes:
    memory = int(limits.megapixels * 1e6) * BYTES_A_PIXEL + BASE
    with os.fdopen(os.memfd_create("picture", os.MFD_CLOEXEC), "w+b") as stream:
        stream.write(data + json.dumps(asked).encode())
        stream.flush()
        command = bubblewrap.python(CODE, "/dev/fd/0", "/dev/fd/1", str(len(data)), str(memory))
        done = subprocess.run(
            command,
            stdin=stream,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=limits.seconds,
            check=True,
            env={"PATH": "/usr/bin:/bin", "HOME": "/", "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"},
        )
    return done.stdout


def _in_folder(asked: dict[str, object], data: bytes, limits: Limits, folder: Path) -> bytes:
    with tempfile.TemporaryDirectory(dir=folder, prefix=".", suffix=".part") as place:
        source, target = Path(place, "picture"), Path(place, "answer")
        source.write_bytes(data + json.dumps(asked).encode())
        command = [sys.executable, "-P", "-c", CODE, str(source), str(target), str(len(data))]
        subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=limits.seconds,
            check=True,
        )
        return target.read_bytes()


def main() -> None:
    """Answers once; the arguments are two paths, the picture's length, and the most bytes of memory to take."""
    import cv2
    from PIL import Image

    from screening.sandbox import coefficients

    source, target, length, *memory = sys.argv[1:]
    Image.init()
    cv2.setNumThreads(1)
    coefficients.library()
    if memory:
        from screening.sandbox.confine import confine

        confine(memory=int(memory[0]))
    with open(source, "rb") as stream:  # noqa: PTH123
        stream.seek(int(length))
        asked = json.load(stream)
    masks = [tuple((float(x), float(y)) for x, y in mask) for mask in asked["masks"]]
    digest, flat = coefficients.read(source).outside(masks)
    if asked["do"] == "cover":
        blocks = coefficients.read(source)
        blocks.cover(masks, Style(asked["style"]), Fill(asked["fill"]))
        blocks.write(target)
    with open(target, "ab") as answer:  # noqa: PTH123
        answer.write((FLAT if flat and asked["do"] != "cover" else b"") + digest.encode())
