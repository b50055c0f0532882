"""The photographs that `benchmarks.speed` has looked at: drawn, and labelled ones enlarged."""

from __future__ import annotations

import math
import os
from pathlib import Path

from fixtures import draw


def photograph(size: tuple[int, int], *, seed: int) -> draw.Picture:
    """A street with two cars, two people's portraits on a wall, and five lines of print."""
    picture = draw.street(size, seed=seed)
    draw.car(picture, size[0] // 3, size[1] // 2, size[0] // 3, registration="BD51 SMR", colour=(40, 74, 120))
    draw.car(picture, size[0] // 20, size[1] * 3 // 5, size[0] // 5, registration="AB12 CDE", colour=(140, 34, 20))
    portrait = draw.sample("astronaut")[:260, 90:360]
    picture = draw.place(picture, portrait, size[0] // 10, size[1] // 4, size[0] // 12)
    picture = draw.place(picture, portrait[:, ::-1], size[0] // 4, size[1] // 4, size[0] // 14)
    lines = ["COMMUNITY DAY", "ALL WELCOME", "TEA AND CAKE", "MUSIC AT NOON", f"STALL {seed}"]
    board = draw.panel(lines, 60, ground=(250, 250, 245), ink=(20, 20, 30))
    picture = draw.place(picture, board, size[0] * 2 // 3, size[1] // 5, size[0] // 5)
    return draw.photographed(picture, seed=seed)


def real(folder: Path, megapixels: float, count: int) -> list[Path]:
    """Labelled street pictures, enlarged to the size: soft, but with what real ones show."""
    from PIL import Image

    data = os.environ.get("SCREENING_DATA", "")
    if not data:
        raise SystemExit("--real: SCREENING_DATA is not set to the folder of labelled pictures")
    paths = []
    for source in sorted((Path(data) / "plates").glob("*.jpg"))[:count]:
        picture = Image.open(source).convert("RGB")
        factor = math.sqrt(megapixels * 1e6 / (picture.width * picture.height))
        size = round(picture.width * factor), round(picture.height * factor)
        paths.append(folder / f"real-{source.name}")
        picture.resize(size, Image.Resampling.BICUBIC).save(paths[-1], quality=92)
    return paths


def drawn(folder: Path, megapixels: float, count: int) -> list[Path]:
    """Drawn photographs of the size."""
    width = round((megapixels * 1e6 * 4 / 3) ** 0.5)
    paths = [folder / f"drawn-{megapixels:g}-{number:03}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        draw.save_jpeg(photograph((width, width * 3 // 4), seed=number), path)
    return paths
