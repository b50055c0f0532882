"""What tests share: the folder of labelled pictures, where it is at hand."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

from screening.compiled import VARIABLE
from tests.cleared import PASSPHRASE, Cleared, make_cleared
from tests.rounded import round_all

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
# No sandbox, because tests run as root in containers; nothing else may reach for the network.
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
# The tests start a thousand processes: none of them should have to compile the sources anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Several of them run side by side: more threads in each would only wait for one another.
os.environ["OMP_NUM_THREADS"] = "1"
# The project's own check must say the same thing twice; at a desk every run tries new examples.
settings.register_profile("check", derandomize=True, deadline=None)
if os.environ.get("CI"):
    settings.load_profile("check")


# The files that take longest, which begin first: else one process waits at the end for the other's training.
LONGEST = tuple(
    f"test_{name}"
    for name in (
        *("juvenile_training", "sample", "notebooks", "code", "broken_off", "quiet", "damage_training", "engine"),
        *("objects_training", "street_network", "cluster", "easyocr", "faces"),
    )
)
TRAINING = re.compile(r".*(_training|_network)\.py")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Four even on two cores, because many tests wait for a server or another process to end."""
    return max(4, os.cpu_count() or 1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path.stem, len(LONGEST)))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A file stays in one process; so do all trainings, for which the libraries are loaded once (tests/training.py)."""
    scheduler = LoadFileScheduling(config, log)
    scheduler._split_scope = lambda name: TRAINING.sub("trainings", name.split("::")[0])
    return scheduler


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rounded", action="store_true", help="run networks as a processor with 16 bits does")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--rounded"):
        round_all()


@pytest.fixture(scope="session", autouse=True)
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The office's folder: never that of whoever runs the tests."""
    folder = tmp_path_factory.mktemp("office")
    os.environ["SCREENING_HOME"] = str(folder)
    # a network is compiled once for all tests and the commands that they start
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    os.environ[VARIABLE] = str(shared / "compiled")
    return folder


@pytest.fixture(autouse=True)
def in_this_process() -> Iterator[None]:
    """A command that a test calls in its own process opens files in a sandbox from then on; the next test does not."""
    yield
    photo = sys.modules.get("screening.photo.photo")
    if photo is not None and isinstance(photo.Photo.opener, functools.partial):
        photo.Photo.opener.args[0].stop()
        photo.Photo.opener = None


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The labelled pictures, which are not part of the project; SCREENING_DATA says where they lie."""
    folder = os.environ.get("SCREENING_DATA", "")
    if not Path(folder).is_dir() or not folder:
        pytest.skip("SCREENING_DATA is not set to the folder of labelled pictures")
    return Path(folder)


@pytest.fixture(scope="session")
def astronaut() -> Path:
    """A portrait: the sample picture that scikit-image carries (NASA, public domain)."""
    import skimage

    return Path(skimage.__file__).parent / "data" / "astronaut.png"


ROOT = Path(__file__).resolve().parents[1]


def draw_into(folder: Path, script: str) -> Path:
    """Runs one of the scripts that draw the fixtures."""
    subprocess.run([sys.executable, "-m", f"fixtures.{script}", folder], cwd=ROOT, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def shoot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample shoot."""
    return draw_into(tmp_path_factory.mktemp("shoot"), "make_shoot")


@pytest.fixture(scope="session")
def bad_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one of each broken file in `broken`, and of each odd but good one in `odd`."""
    return draw_into(tmp_path_factory.mktemp("bad"), "make_broken")


@pytest.fixture(scope="session")
def cleared_once(tmp_path_factory: pytest.TempPathFactory) -> Cleared:
    """A small shoot, scanned and cleared; not to be changed."""
    return make_cleared(tmp_path_factory.mktemp("cleared"))


@pytest.fixture
def cleared(cleared_once: Cleared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cleared:
    """A copy of it to tamper with; its office is the one that commands use."""
    copy = cleared_once.copy(tmp_path / "copy")
    monkeypatch.setenv("SCREENING_HOME", str(copy.office.folder))
    monkeypatch.setenv("SCREENING_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("SCREENING_PIPELINE", str(copy.pipeline))
    return copy


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium without a window; SCREENING_BROWSER names one that is not on the path."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = os.environ.get("SCREENING_BROWSER") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip("no Chromium, Chrome or Edge on the path; SCREENING_BROWSER can name one")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()
