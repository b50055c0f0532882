"""The easyocr reader, end to end with small networks of easyocr's own kinds: a finder of ink, a reader of three digits.

The finder is easyocr's CRAFT with its weights set by hand, so that dark places count as text. The reader is easyocr's
own recogniser, made small and trained here for some seconds.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
from pathlib import Path
from typing import Any
from urllib.error import URLError

import cv2
import numpy as np
import pytest

from screening.arrays import Pixels
from screening.photo.photo import Photo
from screening.stages.text import Text
from screening.text.easyocr_reader import ReaderError

DIGITS = "047"
FONT = cv2.FONT_HERSHEY_SIMPLEX
CRAFT = "craft_mlt_25k.pth"


def drawn(words: str, *, margin: int, scale: float = 1.4) -> tuple[Pixels, list[float]]:
    """A line of digits close cut, and where the middle of each is across."""
    (width, high), below = cv2.getTextSize(words, FONT, scale, 3)
    picture = np.full((high + below + 2 * margin - 8, width + 2 * margin, 3), 235, np.uint8)
    x, middles = margin, []
    for digit in words:
        step = cv2.getTextSize(digit, FONT, scale, 3)[0][0]
        cv2.putText(picture, digit, (x, margin + high), FONT, scale, (20, 20, 20), 3, cv2.LINE_AA)
        middles.append(x + step / 2)
        x += step
    return picture, middles


def ink_finder(folder: Path) -> str:
    """Saves a CRAFT whose score of text is the darkness around a pixel; gives the file's MD5, which easyocr checks."""
    import torch
    from easyocr import craft

    finder = craft.CRAFT()
    with torch.no_grad():
        for part in finder.modules():
            for value in part.parameters(recurse=False):
                value.fill_(1.0 if isinstance(part, torch.nn.BatchNorm2d) and value is part.weight else 0.0)
        first, second, third, fourth = (finder.basenet.slice1[number] for number in (0, 3, 7, 10))
        first.weight[0, :, 1, 1] = -1 / 3
        for layer in (second, third, fourth):
            layer.weight[0, 0, 1, 1] = 1.0
        # the last part of the network sees 64 channels from deeper layers, then those of `fourth`
        finder.upconv4.conv[0].weight[0, 64] = 1.0
        for layer in (finder.upconv4.conv[3], *(finder.conv_cls[number] for number in (0, 2, 4))):
            layer.weight[0, 0] = 1.0  # spreads over the gaps between digits
        for layer in (finder.conv_cls[6], finder.conv_cls[8]):
            layer.weight[0, 0] = 1.0
    torch.save(finder.state_dict(), folder / CRAFT)
    return hashlib.md5((folder / CRAFT).read_bytes()).hexdigest()


def digit_reader(folder: Path, *, steps: int = 200, enough: float = 0.02) -> None:
    """Trains a recogniser of three digits and saves it as easyocr wants a user's own network."""
    import torch
    from easyocr.model.vgg_model import Model

    torch.manual_seed(0)
    torch.set_num_threads(1)
    chance = random.Random(0)
    shape = {"input_channel": 1, "output_channel": 32, "hidden_size": 32}
    model = Model(num_class=len(DIGITS) + 1, **shape)
    rule = torch.optim.Adam(model.parameters(), 1e-2)
    mean = 1.0
    for _ in range(steps):
        pictures, labels = [], []
        for _ in range(8):
            words = "".join(chance.choices(DIGITS, k=4))
            line, middles = drawn(words, margin=24)
            left, top, right, bottom = (chance.randint(1, 14) for _ in range(4))
            line = line[top:-bottom, left:-right]
            factor = 64 / line.shape[0]
            grey = cv2.resize(cv2.cvtColor(line, cv2.COLOR_RGB2GRAY), (round(line.shape[1] * factor), 64))
            pictures.append(cv2.copyMakeBorder(grey, 0, 0, 0, 220 - grey.shape[1], cv2.BORDER_REPLICATE))
            label = np.zeros(54, np.int64)  # one step for every four pixels; 0 is the blank
            for digit, middle in zip(words, middles, strict=True):
                place = int((middle - left) * factor / 4)
                label[place - 1 : place + 2] = DIGITS.index(digit) + 1
            labels.append(label)
        guess = model(torch.from_numpy(np.stack(pictures) / np.float32(127.5) - 1)[:, None], "")
        loss: Any = torch.nn.functional.cross_entropy(guess.flatten(0, 1), torch.from_numpy(np.stack(labels)).flatten())
        rule.zero_grad()
        loss.backward()
        rule.step()
        mean = 0.9 * mean + 0.1 * loss.item()
        if mean < enough:
            break
    state = {f"module.{name}": value for name, value in model.state_dict().items()}
    torch.save(state, folder / "digits.pth")
    (folder / "digits.py").write_text("from easyocr.model.vgg_model import Model\n")
    settings = {"imgH": 64, "lang_list": ["en"], "character_list": DIGITS, "network_params": shape}
    (folder / "digits.yaml").write_text(json.dumps(settings))  # JSON is YAML


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    pytest.importorskip("easyocr", reason="the extra easyocr is not installed")
    folder = tmp_path_factory.mktemp("easyocr")
    digest = ink_finder(folder)
    digit_reader(folder)
    return folder, digest


def test_easyocr_finds_and_reads_a_line_with_networks_of_its_own_kinds(
    networks: tuple[Path, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import easyocr.config

    folder, digest = networks
    monkeypatch.setitem(easyocr.config.detection_models["craft"], "md5sum", digest)
    monkeypatch.setattr(sys, "path", list(sys.path))
    picture = np.full((320, 416, 3), 235, np.uint8)  # sides that easyocr need not pad with black
    line, _ = drawn("7040", margin=12)
    picture[120 : 120 + line.shape[0], 90 : 90 + line.shape[1]] = line
    stage = Text(
        reader="easyocr", easyocr_folder=str(folder), easyocr_network="digits", easyocr_fetch=False, minimum=0.2
    )
    (seen,) = stage(Photo.from_array(picture), ())
    assert seen.text == "7040"
    assert seen.score > 0.2
    assert seen.box is not None
    assert seen.box.left >= 70
    assert seen.box.right <= 90 + line.shape[1] + 20
    assert 100 <= seen.box.top < seen.box.bottom <= 200
    assert capsys.readouterr().out == ""


def broken(*_: Any, **__: Any) -> None:
    raise URLError("no route to host")


def test_weights_that_cannot_be_fetched_are_named_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("easyocr", reason="the extra easyocr is not installed")
    import easyocr.utils

    monkeypatch.setattr(easyocr.utils, "urlretrieve", broken)
    monkeypatch.setattr(sys, "path", list(sys.path))
    stage = Text(reader="easyocr", easyocr_folder=str(tmp_path), easyocr_fetch=True)
    with pytest.raises(ReaderError, match="easyocr_folder"):
        list(stage(Photo.from_array(np.zeros((60, 60, 3), np.uint8)), ()))
    assert capsys.readouterr().out == ""


def test_missing_weights_are_an_error_and_not_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("easyocr", reason="the extra easyocr is not installed")
    import easyocr.utils

    asked: list[str] = []
    monkeypatch.setattr(easyocr.utils, "urlretrieve", lambda url, *_, **__: asked.append(url))
    monkeypatch.setattr(sys, "path", list(sys.path))
    stage = Text(reader="easyocr", easyocr_folder=str(tmp_path))
    with pytest.raises(ReaderError, match="are missing"):
        list(stage(Photo.from_array(np.zeros((60, 60, 3), np.uint8)), ()))
    assert asked == []


def test_a_missing_package_is_named_with_the_extra_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "easyocr", None)
    stage = Text(reader="easyocr", easyocr_folder="/nowhere")
    with pytest.raises(ReaderError, match=r"screening\[easyocr\]"):
        list(stage(Photo.from_array(np.zeros((60, 60, 3), np.uint8)), ()))
