"""Whatever comes from outside reaches a terminal inert: names of files, people and batches, reasons, arguments."""

from __future__ import annotations

import ast
import json
import os
import re
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

import screening
from screening import cli
from screening.inert import ACTIVE, inert
from tests.command import QUICK
from tests.picture_files import picture, scenery

PACKAGE = Path(screening.__file__).parent
# Clears the screen, rings, clears it again (as one byte), turns the text round, deletes.
HOSTILE = "\x1b[2J\x07\x9b2J\u202egpj\x7f"
# The system's own folders: not every one takes every name.
NAME = HOSTILE if os.name == "posix" else "\u202egpj"
# What begins every answer that shows a name.
SPELT = inert(NAME)[:4]
PICTURE = f"{NAME}.png"
PIPELINE = (
    QUICK.replace('use = "metadata"\n', 'use = "metadata"\n[[stage]]\nuse = "tests.red_stage:Reds"\n')
    + f"""
[rules.number-plate]
says = "No plate."
lifted_by = "Redaction."
kinds = {{ "vehicle.plate" = {{ block = 0.5 }} }}
[[batch.question]]
id = "who"
ask = "{"".join(f"{chr(92)}U{ord(letter):08x}" for letter in HOSTILE)}?"
"""
)
# Everything that writes to a terminal or asks on it.
WRITES = re.compile(r"print|input|(.*\.)?Console|(typer|click)\.\w*(echo|prompt|confirm)|sys\.std(out|err)\.write\w*")
# Where that is done: there each string passes through inert.
WRITERS = {Path("cli/say.py"), Path("render/terminal.py")}


def calls(path: Path) -> Iterator[tuple[int, str]]:
    """Every call in a file that could write to a terminal, with its line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            if WRITES.fullmatch(ast.unparse(node.func)):
                yield node.lineno, ast.unparse(node.func)
        elif isinstance(node, ast.ImportFrom) and node.module in ("typer", "click"):
            yield node.lineno, f"from {node.module} import"


def test_nothing_writes_to_a_terminal_but_what_makes_it_inert() -> None:
    found = {path.relative_to(PACKAGE): list(calls(path)) for path in sorted(PACKAGE.rglob("*.py"))}
    assert {path for path in found if found[path]} == WRITERS, "use screening.cli.say"


def commands(group: Any, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, one in group.commands.items():
        if hasattr(one, "commands"):
            yield from commands(one, (*before, name))
        else:
            yield (*before, name)


# Every command with hostile arguments, in an order in which most of them get somewhere; {} is the folder of it all.
OF_RUN = ("{}/run", "--pipeline", "{}/quick.toml")
SAYS = ("--by", HOSTILE, "--reason", f"{HOSTILE} is nobody", "--reference", HOSTILE)
CALLS: dict[tuple[str, ...], tuple[tuple[str, ...], ...]] = {
    ("scan",): (
        ("{}/shoot", "--out", *OF_RUN, "--name", HOSTILE, "--photographer", HOSTILE, "--shoot", HOSTILE),
        ("{}/shoot", "--pipeline", HOSTILE),
        ("{}/nothing",),
    ),
    ("watch",): (("{}/shoot", "--found-nothing", "{}/nothing", "--held", "{}/shoot"),),
    ("explain",): ((PICTURE, "--run", *OF_RUN), ("nothing" + HOSTILE, "--run", *OF_RUN)),
    ("review",): (("{}/nothing", "--by", HOSTILE),),
    ("decide",): (
        ("{}/run", "override", PICTURE, *OF_RUN[1:], *SAYS),
        ("{}/run", "override", HOSTILE, *OF_RUN[1:], *SAYS),
        ("{}/run", HOSTILE, PICTURE, *SAYS),
    ),
    ("redact",): (
        (*OF_RUN, "--out", "{}/copies"),
        (*OF_RUN, "--rule", HOSTILE),
        (*OF_RUN, PICTURE, "--style", HOSTILE),
    ),
    ("keys", "make"): ((HOSTILE,), (HOSTILE,), (f"B. {HOSTILE}", "--role", "second"), ("C", "--role", HOSTILE)),
    ("keys", "list"): ((), ("--json",)),
    ("keys", "export"): ((HOSTILE,), ("nobody" + HOSTILE,)),
    ("keys", "trust"): (("{}/nothing",), ("{}/labels.csv",)),
    ("clear",): (
        (*OF_RUN, "--purpose", f"An open day {HOSTILE}", "--second", f"B. {HOSTILE}", "--answers", "{}/answers.json"),
        (*OF_RUN, "--countersign"),
        (*OF_RUN, "--key", "nobody" + HOSTILE, "--purpose", "An open day", "--answers", "{}/answers.json"),
        (*OF_RUN, "--answers", "{}/nothing"),
    ),
    ("gate",): (
        ("{}/shoot/" + PICTURE, "--clearance", "{}/run/clearance.json", *OF_RUN[1:]),
        ("{}/shoot/" + PICTURE, "--clearance", "{}/run/clearance.json", "--pipeline", HOSTILE, "--json"),
        ("{}/nothing", "--clearance", "{}/nothing"),
    ),
    ("export",): (("{}/run", "{}/public", *OF_RUN[1:]), ("{}/nothing", "{}/public")),
    ("sidecars",): ((*OF_RUN[:1], "{}/archive", *OF_RUN[1:]), ("{}/nothing", "{}/archive")),
    ("retract",): (("{}/nothing",), ("--name", HOSTILE, "--run", "{}/nothing"), ("--released", "{}/nothing")),
    ("release-note",): ((*OF_RUN, "--link", HOSTILE, "--watched-by", HOSTILE), (*OF_RUN, "--announcement")),
    ("labels",): ((*OF_RUN,), ("{}/nothing",), ("{}/shoot", "--as", HOSTILE)),
    ("summary",): (("{}/nothing",), ("{}/run", "--by", HOSTILE), ("{}/run", "--pipeline", HOSTILE)),
    ("evaluate",): (("{}/labels.csv", "--run", *OF_RUN), ("{}/wrong.csv", "--run", *OF_RUN)),
    ("tune",): (
        ("{}/labels.csv", "--run", *OF_RUN, "--rule", HOSTILE, "--recall", "0.9", "--out", "{}/own.toml"),
        ("{}/labels.csv", "--run", *OF_RUN, "--rule", "number-plate", "--recall", "0.9", "--out", "{}/quick.toml"),
    ),
    ("keys", "rotate"): ((HOSTILE,), ("nobody" + HOSTILE,)),
    ("keys", "revoke"): ((HOSTILE,), ("nobody" + HOSTILE,)),
    ("register", "add"): ((HOSTILE, "--photo", "{}/shoot/" + PICTURE, "--release", HOSTILE, "--list", HOSTILE),),
    ("register", "list"): ((), ("--list", HOSTILE)),
    ("register", "show"): ((HOSTILE,),),
    ("register", "remove"): ((HOSTILE,),),
    ("register", "purge"): (("--expired", "--list", HOSTILE),),
    ("register", "export"): (("--list", HOSTILE),),
    ("audit", "verify"): ((), ("--against", "{}/nothing")),
    ("audit", "due"): (("--after", "0"), ("--after", "0", "--json")),
    ("audit", "reviewed"): ((HOSTILE,),),
    ("audit", "export"): ((),),
    ("models", "show"): ((HOSTILE,),),
    ("models", "add"): (("{}/nothing.onnx", "--name", HOSTILE), ("{}/labels.csv",)),
    ("models", "remove"): ((HOSTILE,),),
    ("purge",): (("{}/run",), ("{}/run", "--yes"), ("{}/run", "--yes"), ("{}/nothing",)),
    ("tokens", "make"): ((HOSTILE,), (HOSTILE,), ("",)),
    ("tokens", "list"): ((), ("--json",)),
    ("tokens", "revoke"): ((HOSTILE,), ("nobody" + HOSTILE,)),
    ("serve",): (("--pipeline", HOSTILE, "--port", "0"), ("--host", HOSTILE)),
    # last, because every later command goes by it
    ("office", "init"): (
        ("--policy", HOSTILE),
        (
            *"--policy default --credit a --domain a.example --phone 999 --vehicle A1".split(),
            *("--name", HOSTILE, "--reviewer", HOSTILE, "--signer", HOSTILE),
        ),
    ),
    ("office", "show"): ((),),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shoot, a pipeline, labels and an office's folder, below a folder of that name."""
    folder = tmp_path / NAME
    (folder / "shoot").mkdir(parents=True)
    red = scenery()
    red[40:60, 40:90] = (200, 20, 20)
    (folder / "shoot" / PICTURE).write_bytes(picture("PNG", rgb=red))
    (folder / "shoot" / f"{NAME}.txt").write_text("-")
    (folder / "shoot" / f"broken{NAME}.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / "quick.toml").write_text(PIPELINE)
    (folder / "answers.json").write_text(json.dumps({"who": f"Nobody, {HOSTILE}"}))
    (folder / "labels.csv").write_text(f"file,about,present\n{PICTURE},number-plate,yes\n", encoding="utf-8")
    (folder / "wrong.csv").write_text(f"file,about,present\n{PICTURE},{HOSTILE},yes\n", encoding="utf-8")
    monkeypatch.setenv("SCREENING_HOME", str(folder / "home"))
    monkeypatch.setenv("SCREENING_PASSPHRASE", "correct horse battery")
    return folder


def test_whatever_comes_from_outside_reaches_the_terminal_inert(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    known = set(commands(get_command(cli.app)))
    assert known == set(CALLS), "a command that is not tried here"
    silent = []
    for command, tries in CALLS.items():
        said = ""
        for arguments in tries:
            given = [one.replace("{}", str(folder)) for one in arguments]
            monkeypatch.setattr(sys, "argv", ["screening", *command, *given])
            with pytest.raises(SystemExit) as left:
                cli.main()
            assert left.value.code in (0, 1, 2)
            out, err = capfd.readouterr()
            acting = {letter for letter in out + err if unicodedata.category(letter) in ACTIVE} - {"\n", "\r"}
            assert not acting, (command, arguments, out, err)
            assert "fault in screening" not in err, (command, arguments, err)
            said += out + err
        if SPELT not in said and SPELT.replace("\\x", "\\u00") not in said:
            silent.append(command)
    assert not silent, "a command that shows nothing of it: this says nothing of how it shows a name"
