"""Keeps the libraries that screening runs on from calling home and from writing into the user's own folders.

Several of them send their makers how they are used, with a lasting number for the computer, look for new versions, or
fetch what they lack: docs/dependencies.md says which. They decide when they are imported. So `import screening` does
this, and comes before them in every process.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from screening.home import home

# Whatever else the environment says: screening promises that nothing is sent.
SWITCHES = {
    "ORT_DISABLE_TELEMETRY": "1",  # onnxruntime: events sent to Microsoft, and a number for the computer
    "YOLO_OFFLINE": "true",  # ultralytics: events, a look for new versions, and downloads
    "YOLO_AUTOINSTALL": "false",  # ultralytics: installs packages that it lacks
    "WANDB_MODE": "disabled",  # ultralytics reports to this, where it is installed
    "HF_HUB_OFFLINE": "1",  # huggingface_hub, which a stage of one's own may use
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "NO_ALBUMENTATIONS_UPDATE": "1",  # albumentations, which ultralytics uses where it is installed
    "OPENCV_LOG_LEVEL": "SILENT",  # opencv: prints about pictures that it cannot read, which we say ourselves
    "DO_NOT_TRACK": "1",  # what other libraries look at
}


def keep_quiet() -> None:
    """Does so for this process and those that it starts."""
    os.environ |= SWITCHES
    for name, folder in folders(home()).items():
        os.environ.setdefault(name, str(folder))
    # openvino's telemetry reads no switch, but is a package of its own that openvino can do without: this says that it
    # is not installed
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]


def folders(office: Path) -> dict[str, Path]:
    """Where libraries keep fonts, settings and weights, by the environment variable that says so."""
    kept = office / "libraries"
    return {
        "MPLCONFIGDIR": kept / "matplotlib",
        "YOLO_CONFIG_DIR": kept / "ultralytics",
        "EASYOCR_MODULE_PATH": kept / "easyocr",
        "TORCHINDUCTOR_CACHE_DIR": kept / "torch",
    }
