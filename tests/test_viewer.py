"""What a browser shows of a file is what is screened: the same pixels, whatever says how they are to be shown.

Levels are of 255. Chromium reads as much of half-transparent AVIF and of AVIF that moves differently as is said here;
what it does with more light than a screen has (PQ, HLG) depends on the screen, and is not compared.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from screening.arrays import Pixels
from screening.photo.photo import Photo
from tests import viewer_set

Show = Callable[[bytes, str], list[list[Pixels]]]
STILL, MOVING = viewer_set.still(), viewer_set.moving()
LEVELS = 4
INKS = 10
AVIF = 24
# Half-transparent colours beyond what sRGB has: browsers lay them over black before they cut them off.
BEYOND = {"Adobe RGB, alpha.png": 24, "Display P3, alpha.png": 24, "ProPhoto, alpha.png": 48}
SHOW = """async ([data, type, grounds]) => {
  const bytes = Uint8Array.from(atob(data), one => one.charCodeAt(0));
  const draw = (image, width, height) => grounds.map(ground => {
    const canvas = new OffscreenCanvas(width, height), context = canvas.getContext('2d');
    context.fillStyle = ground;
    context.fillRect(0, 0, width, height);
    context.drawImage(image, 0, 0);
    const pixels = context.getImageData(0, 0, width, height).data;
    let text = '';
    for (let at = 0; at < pixels.length; at += 8192) text += String.fromCharCode(...pixels.subarray(at, at + 8192));
    return [width, height, btoa(text)];
  });
  const still = new Image();
  still.src = URL.createObjectURL(new Blob([bytes], {type}));
  await still.decode();
  const shown = [draw(still, still.naturalWidth, still.naturalHeight)];
  const decoder = new ImageDecoder({data: bytes, type});
  await decoder.tracks.ready;
  await decoder.completed;
  for (let at = 0; at < decoder.tracks.selectedTrack.frameCount; at++) {
    const frame = (await decoder.decode({frameIndex: at})).image;
    shown.push(draw(frame, frame.displayWidth, frame.displayHeight));
  }
  return shown;
}"""


@pytest.fixture(scope="module")
def show(browser: Any) -> Iterator[Show]:
    """What the browser shows of a file's bytes: the picture, then each frame; each over white and over black."""
    page = browser.new_page()
    # pixels may only be read on a page that has an address
    page.route("**/*", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
    page.goto("https://viewer.example/")

    def pixels(width: int, height: int, text: str) -> Pixels:
        return np.frombuffer(base64.b64decode(text), np.uint8).reshape(height, width, 4)[:, :, :3]

    def show(data: bytes, name: str) -> list[list[Pixels]]:
        kind = "image/" + name.rsplit(".", 1)[1].replace("jpg", "jpeg")
        shown = page.evaluate(SHOW, [base64.b64encode(data).decode(), kind, ["white", "black"]])
        return [[pixels(*ground) for ground in frame] for frame in shown]

    yield show
    page.close()


def apart(one: Pixels, other: Pixels) -> int:
    """The largest difference of two pictures, in levels; 999 if they are not of one size."""
    return int(np.abs(one.astype(int) - other).max()) if one.shape == other.shape else 999


@pytest.mark.parametrize("name", STILL)
def test_a_picture_is_screened_as_a_browser_shows_it(name: str, show: Show) -> None:
    white, black = show(STILL[name], name)[0]
    photo = Photo.from_bytes(STILL[name], name=name)
    most = AVIF if name == "alpha in ramp.avif" else INKS if "inks" in name else LEVELS
    assert apart(photo.rgb, white) <= most
    for other in photo.others():
        if other.frame == "over black":
            assert apart(other.rgb, black) <= BEYOND.get(name, most)


@pytest.mark.parametrize("name", MOVING)
def test_every_frame_is_screened_as_a_browser_shows_it(name: str, show: Show) -> None:
    _, *frames = show(MOVING[name], name)
    photo = Photo.from_bytes(MOVING[name], name=name)
    screened = {other.frame: other.rgb for other in photo.others()}
    most = AVIF if name.endswith(".avif") else LEVELS
    for at, (white, _) in enumerate(frames):
        assert apart(screened[f"frame {at + 1}"] if at else photo.rgb, white) <= most
    assert f"frame {len(frames) + 1}" not in screened
