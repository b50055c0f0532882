"""What findings are judged by is read without a stage, and is the same as with them."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

from screening import config, settings
from screening.pipeline_file import ConfigError


@pytest.mark.parametrize("name", config.names())
def test_settings_are_what_the_pipeline_has_beside_its_stages(name: str) -> None:
    pipeline, chosen = config.load(name), settings.read(name)
    assert {one.name: getattr(pipeline, one.name) for one in dataclasses.fields(chosen)} == {
        one.name: getattr(chosen, one.name) for one in dataclasses.fields(chosen)
    }


def test_settings_name_the_stages_that_are_not_ours_without_importing_them(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text('extends = "default"\n[[stage]]\nuse = "no.such.module:Stage"\n')
    assert settings.read(file).foreign == ("no.such.module:Stage",)
    with pytest.raises(ConfigError, match="cannot be imported"):
        config.load(file)


def test_settings_refuse_what_is_wrong_with_rules_and_questions(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    for text, said in (
        ('[rules.unscreened.kinds]\n"error" = { hold = 0.0 }\n', "must never pass"),
        ("[limits]\nsecnds = 1\n", r"limits\.secnds: there is no such key; did you mean 'seconds'"),
        ('[batch]\nreview_share = "much"\n', r"batch\.review_share: must be a number, not 'much'"),
    ):
        file.write_text('extends = "default"\n' + text)
        with pytest.raises(ConfigError, match=rf"own\.toml: .*{said}"):
            settings.read(file)


def test_reading_settings_imports_nothing_heavy_and_no_stage() -> None:
    code = (
        "import sys; from screening import settings; settings.read(); "
        "print([name for name in sys.modules if name.startswith('screening.stages.') or "
        "name in ('numpy', 'cv2', 'PIL', 'onnxruntime', 'pandas')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
