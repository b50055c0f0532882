"""What tests share: the folder of labelled pictures, where it is at hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


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
