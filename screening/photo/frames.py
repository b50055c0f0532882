"""The frames of an animated GIF, PNG or WebP file, each as a viewer shows it: laid over what earlier ones left.

OpenCV composes them as browsers do; Pillow does not where a frame is taken away again over what is transparent.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL import Image

ANIMATED = ("GIF", "PNG", "WEBP")


def with_every_frame(data: bytes) -> bytes:
    """A PNG file that counts as many frames as it has, where it counts others or none: viewers stop where it says, and
    what lies behind is still there. Anything else as it is."""
    # the chunks of an animation: acTL, which counts the frames, and fcTL before each (W3C PNG, third edition, 11.3.6)
    if not (data.startswith(b"\x89PNG") and b"fcTL" in data):
        return data
    parts, frames, place = [], 0, 8
    while place + 12 <= len(data):
        size, name = struct.unpack_from(">I4s", data, place)
        frames += name == b"fcTL"
        if name != b"acTL":
            parts.append(data[place : place + 12 + size])
        place += 12 + size
    counted = b"acTL" + struct.pack(">II", frames, 0)
    count = struct.pack(">I", 8) + counted + struct.pack(">I", zlib.crc32(counted))
    return b"".join([data[:8], *parts[:1], count, *parts[1:]]) if frames else data


def composed(image: Image.Image, data: bytes, count: int) -> list[Image.Image]:
    """The frames of an opened animation of `count` pictures, which say of colours what it says; none where OpenCV and
    Pillow do not see the same."""
    import cv2
    from PIL import Image

    if image.format not in ANIMATED or count < 2:
        return []
    # a still picture for viewers that do not know animations
    still = int(getattr(image, "default_image", False))
    read, animation = cv2.imdecodeanimation(np.frombuffer(data, np.uint8))
    pictures = animation.frames
    if not read or len(pictures) != count - still or any(one.shape[:2] != image.size[::-1] for one in pictures):
        return []
    if any(one.ndim != 3 or one.dtype != np.uint8 for one in pictures):
        return []  # grey, or of 16 bits
    frames = []
    for bgr in pictures:
        frame = Image.fromarray(cv2.cvtColor(bgr, cv2.COLOR_BGRA2RGBA if bgr.shape[2] == 4 else cv2.COLOR_BGR2RGB))
        frame.format = image.format
        frame.info = {name: said for name, said in image.info.items() if name != "transparency"}
        frames.append(frame)
    return frames
