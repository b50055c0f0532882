"""Keeps the libraries that screening uses from calling home and from writing into the user's folders.

Several of them report their use to their makers, with a persistent identifier for the computer, look for new versions,
or download what is missing: docs/dependencies.md says which. They decide at import, so `import screening` does this
first in every process.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from screening.home import home

# These override the environment: screening promises that nothing is sent.
SWITCHES = {
    "ORT_DISABLE_TELEMETRY": "1",  # onnxruntime: events sent to Microsoft, with an identifier for the computer
    "YOLO_OFFLINE": "true",  # ultralytics: events, version checks and downloads
    "YOLO_AUTOINSTALL": "false",  # ultralytics: installing missing packages
    "WANDB_MODE": "disabled",  # ultralytics reports to this if it is installed
    "HF_HUB_OFFLINE": "1",  # huggingface_hub, which an office's own stage may use
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "NO_ALBUMENTATIONS_UPDATE": "1",  # albumentations, which ultralytics uses if it is installed
    "RAY_USAGE_STATS_ENABLED": "0",  # ray: what runs on the cluster, sent to its makers every hour
    "RAY_enable_metrics_collection": "false",
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",  # ray, called by `uv run`: an installation of the folder for each actor
    "OPENCV_LOG_LEVEL": "SILENT",  # opencv: its messages about unreadable pictures, which we report ourselves
    "DO_NOT_TRACK": "1",  # honoured by other libraries
}


def keep_quiet() -> None:
    """Silences the libraries in this process and in child processes."""
    os.environ |= SWITCHES
    for name, folder in folders(home()).items():
        os.environ.setdefault(name, str(folder))
    # openvino's telemetry has no switch, but is a separate package that openvino can do without: this makes it look
    # uninstalled
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]


def folders(office: Path) -> dict[str, Path]:
    """The folders of libraries' fonts, settings and weights, by the environment variable that sets each."""
    kept = office / "libraries"
    return {
        "MPLCONFIGDIR": kept / "matplotlib",
        "YOLO_CONFIG_DIR": kept / "ultralytics",
        "EASYOCR_MODULE_PATH": kept / "easyocr",
        "TORCHINDUCTOR_CACHE_DIR": kept / "torch",
    }
