"""How large the report of a large shoot is, and how soon a browser shows it.

    python -m benchmarks.pages [--pictures 2000] [--browser chromium] [--for-sharing]

Draws small pictures with made-up findings, five for every sixth picture and fewer for the others, writes the report as
a scan does, and opens it three times in a browser that was just started. Seconds are from the click: until the first
lines stand there, until the page is complete and every picture in sight is drawn, and, after a jump to the end, until
the pictures there are.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from screening import config
from screening.finding import Box, Finding
from screening.photo_report import PhotoReport, judged
from screening.policy import Policy
from screening.render.html import MANY
from screening.report import Batch, PipelineInfo, Report
from screening.run import files

SHAPE = (640, 960)
FINDINGS = (
    Finding("face.identifiable", 0.97, "a face, 240 px high", Box(300, 200, 540, 440), stage="faces"),
    Finding("juvenile.face", 0.03, "a face that looks adult", Box(300, 200, 540, 440), stage="juveniles"),
    Finding("vehicle.plate.uk", 0.93, "plate, ends R", Box(700, 550, 900, 600), stage="plates"),
    Finding("address.house_number", 0.9, "house number, 2 digits", Box(60, 60, 100, 120), stage="addresses"),
    Finding("copyright.credit", 0.8, "credit names somebody else", stage="metadata"),
)
# Whether every picture in sight is drawn, and there is one.
DRAWN = """() => {
  const seen = [...document.querySelectorAll(".card")].filter((card) => {
    const { top, bottom } = card.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  });
  return seen.length > 0 && seen.every((card) => card.querySelector("img")?.naturalWidth > 0);
}"""
FIRST_LINES = "performance.getEntriesByName('first-contentful-paint')[0].startTime / 1000"


def photos(count: int, policy: Policy) -> Iterator[PhotoReport]:
    """Pictures of one shoot, each with a preview as large as a photograph's."""
    import cv2

    rng = np.random.default_rng(1)
    for number in range(count):
        coarse = rng.integers(0, 255, (40, 60, 3), np.uint8)
        grain = rng.normal(0, 4, (*SHAPE, 3))
        picture = np.clip(cv2.resize(coarse, SHAPE[::-1], interpolation=cv2.INTER_CUBIC) + grain, 0, 255)
        yield PhotoReport(
            file=f"day/IMG_{number:05}.jpg",
            sha256=f"{number:064x}",
            width=SHAPE[1],
            height=SHAPE[0],
            judgements=judged(list(FINDINGS[: number % 6]), policy, scene=True),
            seconds=1.0,
            preview=bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 80])[1]),
        )


def opened(playwright: Any, browser: str, page: Path) -> tuple[float, float, float]:
    """Seconds until the first lines, until all that is in sight is there, and until the end is after a jump."""
    started = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
    try:
        tab = started.new_page(viewport={"width": 1360, "height": 860})
        began = time.perf_counter()
        tab.goto(page.as_uri(), wait_until="load")
        tab.evaluate("document.querySelector('#sheet').scrollIntoView()")
        tab.wait_for_function(DRAWN)
        there = time.perf_counter() - began
        first = float(tab.evaluate(FIRST_LINES))
        began = time.perf_counter()
        tab.evaluate("document.querySelector('.card:last-child').scrollIntoView()")
        tab.wait_for_function(DRAWN)
        return first, there, time.perf_counter() - began
    finally:
        started.close()


def main() -> None:
    """Draws, opens and prints."""
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("--pictures", type=int, default=2000)
    said.add_argument("--browser", default="chromium")
    said.add_argument("--for-sharing", action="store_true")
    given = said.parse_args()
    from playwright.sync_api import sync_playwright

    policy = config.load().policy
    report = Report(
        batch=Batch(name="Open day"),
        policy=policy,
        pipeline=PipelineInfo(name="default", sha256="1" * 64),
        models=(),
        photos=tuple(photos(given.pictures, policy)),
        started="2026-03-02T09:30:00+00:00",
        seconds=1.0,
        tool="screening",
    )
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        began = time.perf_counter()
        beside = given.pictures > MANY and not given.for_sharing
        if beside:
            files.write_previews(report.photos, folder)
        files.write(files.rendered(report, for_sharing=given.for_sharing, beside=beside), folder)
        written = time.perf_counter() - began
        page = folder / files.PAGE
        smalls = sum(file.stat().st_size for file in folder.glob(f"{files.PREVIEWS}/*"))
        with sync_playwright() as playwright:
            times = [opened(playwright, str(shutil.which(given.browser)), page) for _ in range(3)]
        print(f"{given.pictures} pictures: page {page.stat().st_size / 1e6:.0f} MB, beside it {smalls / 1e6:.0f} MB")
    first, there, end = (statistics.median(each) for each in zip(*times, strict=True))
    print(f"written in {written:.1f} s; first lines after {first:.1f} s, all in sight after {there:.1f} s")
    print(f"the end, after a jump: {end:.1f} s")


if __name__ == "__main__":
    main()
