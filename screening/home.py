"""Where the office's own folder lies: audit log, keys and registers."""

from __future__ import annotations

import os
from pathlib import Path


def home() -> Path:
    """The folder that the environment variable SCREENING_HOME names, else the user's own data folder."""
    if named := os.environ.get("SCREENING_HOME"):
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_data_dir("screening", appauthor=False))
