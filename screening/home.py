"""The path of the office's folder: audit log, keys and registers."""

from __future__ import annotations

import os
from pathlib import Path


def home() -> Path:
    """The folder named by the environment variable SCREENING_HOME, else the user's data folder."""
    if named := os.environ.get("SCREENING_HOME"):
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_data_dir("screening", appauthor=False))
