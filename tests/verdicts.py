"""Prints what follows for some pictures, by the default pipeline: the strictest verdict of each rule that holds or
blocks, as JSON.

    python -m tests.verdicts PRECISION PICTURE...

PRECISION is what the engine calculates in: "default", OpenVINO's "f32" or "bf16", or "rounded" (see tests/rounded.py).
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from screening import config
from screening.compiled import VARIABLE
from screening.policy import Verdict
from tests.rounded import round_all


def calculate_in(precision: str) -> None:
    """Has OpenVINO calculate so from now on, in this process."""
    import openvino

    os.environ[VARIABLE] = ""  # what was kept calculates as it was compiled
    compiled = openvino.Core.compile_model

    def compile_model(self: Any, model: Any, device: str, options: dict[str, Any]) -> Any:
        return compiled(self, model, device, options | {"INFERENCE_PRECISION_HINT": precision})

    openvino.Core.compile_model = compile_model


def main() -> None:
    precision, *pictures = sys.argv[1:]
    if precision == "rounded":
        round_all()
    elif precision != "default":
        calculate_in(precision)
    pipeline = config.load()
    said: dict[str, dict[str, str]] = {}
    for path in map(Path, pictures):
        report = pipeline.screen(path, name=path.name, scene=True)
        rules = said.setdefault(path.name, {})
        for one in sorted(report.judgements, key=lambda one: one.verdict):
            if one.verdict > Verdict.CLEAR:
                rules[one.rule] = one.verdict.name
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
