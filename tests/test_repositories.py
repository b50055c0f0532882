"""Files for other programs: workflows, hooks and the unit, which say what README and the commands say."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from screening import cli
from tests.cleared import Cleared
from tests.command import screening

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
README = (ROOT / "README.md").read_text(encoding="utf-8")
WORKFLOWS = (ROOT / ".github/workflows/check.yml", EXAMPLES / "pictures.github.yml")
UNIT = (EXAMPLES / "screening-watch.service").read_text(encoding="utf-8")


def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def hooks() -> dict[str, dict[str, Any]]:
    return {hook["id"]: hook for hook in loaded(ROOT / ".pre-commit-hooks.yaml")}


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in loaded(path)["jobs"].values() for step in job["steps"]]


def commands() -> Iterator[str]:
    """Every command line of ours in these files."""
    yield from (" ".join([hook["entry"], *hook.get("args", ())]) for hook in hooks().values())
    yield from loaded(EXAMPLES / "pictures.gitlab-ci.yml")["gate"]["script"]
    yield from (line for step in steps(WORKFLOWS[1]) for line in step.get("run", "").splitlines())
    yield from re.findall(r"^ExecStart=\S*/(.*)$", UNIT, re.MULTILINE)


def test_the_workflow_runs_the_two_commands_of_the_readme_on_every_system() -> None:
    job = loaded(WORKFLOWS[0])["jobs"]["check"]
    ours = [step["run"] for step in job["steps"] if "run" in step and "if" not in step]
    assert ours == ["python3 examples/first_run.py", "python3 -m uv run --all-extras pytest"]
    assert all(f"```\n{command}\n```" in README for command in ours)
    matrix = job["strategy"]["matrix"]
    assert [one.partition("-")[0] for one in matrix["os"]] == ["ubuntu", "macos", "windows"]
    assert matrix["python"] == ["3.11", "3.x"]
    assert 'requires-python = ">=3.11"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_what_a_workflow_uses_is_pinned_and_it_may_write_nothing(path: Path) -> None:
    used = re.findall(r"uses: (.+)", path.read_text(encoding="utf-8"))
    assert used and all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one) for one in used)
    assert loaded(path)["permissions"] == {"contents": "read"}
    checkouts = [step for step in steps(path) if step.get("uses", "").startswith("actions/checkout@")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_the_pipeline_installs_as_the_readme_does() -> None:
    (install,) = [step["run"] for step in steps(WORKFLOWS[1]) if step.get("name") == "Install screening"]
    assert install in README


def test_every_command_in_these_files_is_one_of_ours_with_options_that_it_has() -> None:
    known = get_command(cli.app)
    found = 0
    for line in commands():
        words = shlex.split(line)
        if words[:1] != ["screening"]:
            continue
        command, rest = known, words[1:]
        while hasattr(command, "commands"):
            command, rest = command.commands[rest[0]], rest[1:]
        options = {name for parameter in command.params for name in parameter.opts}
        assert {word for word in rest if word.startswith("--")} <= options, line
        found += 1
    assert found == 7


def test_the_hooks_let_pass_what_was_cleared_and_nothing_else(cleared: Cleared) -> None:
    gate, scan = (hooks()[name] for name in ("screening-gate", "screening-scan"))
    assert {hook["language"] for hook in hooks().values()} == {"system"}

    def hooked(hook: dict[str, Any], args: list[str], *pictures: Path) -> int:
        return screening(*hook["entry"].split()[1:], *args, *pictures).returncode

    assert gate["args"] == ["clearance.json"], "what stands behind the option in `entry`"
    assert hooked(gate, [str(cleared.clearance)], cleared.good) == 0
    assert hooked(gate, [str(cleared.clearance)], cleared.good, cleared.blocked) == 1
    assert hooked(scan, [], cleared.good, cleared.blocked) == 1


def test_the_hooks_of_the_example_are_there() -> None:
    (repository,) = loaded(EXAMPLES / "pictures.pre-commit-config.yaml")["repos"]
    assert [hook["id"] for hook in repository["hooks"]] == list(hooks())


def test_the_unit_lets_the_watcher_stop_its_own_workers_and_write_where_it_must() -> None:
    settings = dict(re.findall(r"^(\w+)=(.*)$", UNIT, re.MULTILINE))
    assert (settings["KillMode"], settings["NoNewPrivileges"], settings["ProtectSystem"]) == ("mixed", "yes", "strict")
    writable = settings["ReadWritePaths"].split()
    words = settings["ExecStart"].split()
    needed = [word for word in words[2:] if word.startswith("/")]
    needed.append(settings["Environment"].removeprefix("SCREENING_HOME="))
    assert len(needed) == 4 and all(any(Path(one).is_relative_to(root) for root in writable) for one in needed)
