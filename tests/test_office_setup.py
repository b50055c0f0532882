from __future__ import annotations

import json
from pathlib import Path

import pytest

from screening import settings
from screening.force import Force
from screening.office import setup
from screening.office.office import Office, OfficeError
from screening.pipeline_file import ConfigError
from tests.command import QUICK, screening
from tests.picture_files import picture

NAME = "Borsetshire Police"
SAID = (
    *("--policy", "default", "--name", NAME, "--credit", "Borsetshire Police", "--credit", "BP"),
    *("--domain", "borsetshire.police.uk", "--phone", "0345 000 0000", "--vehicle", "BX12 ABC"),
    *("--reviewer", "A. Editor", "--signer", "A. Signer"),
)


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setenv("SCREENING_HOME", str(tmp_path / "office"))
    return Office.here()


@pytest.fixture
def shoot(tmp_path: Path) -> Path:
    folder = tmp_path / "shoot"
    folder.mkdir()
    (folder / "ours.jpg").write_bytes(picture())
    return folder


def test_an_office_says_once_who_it_is(office: Office) -> None:
    done = screening("office", "init", *SAID)
    assert done.returncode == 0, done.stderr
    made = setup.read(office)
    assert (made.reviewer, made.signer) == ("A. Editor", "A. Signer")
    force = settings.read(made.pipeline).force
    assert (force.name, force.credits, force.fleet) == (NAME, ("Borsetshire Police", "BP"), ("BX12 ABC",))
    assert force.public_phones == Force().public_phones
    assert settings.read(made.pipeline).policy.rules == settings.read().policy.rules
    shown = screening("office", "show").stdout
    assert NAME in shown
    assert "A. Editor" in shown


def test_later_commands_go_by_the_policy_of_the_office(office: Office, shoot: Path, tmp_path: Path) -> None:
    own, run = tmp_path / "quick.toml", tmp_path / "run"
    own.write_text(QUICK + f'[force]\nname = "{NAME}"\n')
    said = ("--policy", own, "--reviewer", "A. Editor", "--signer", "")
    assert screening("office", "init", *said).returncode == 0
    scan = screening("scan", shoot, "--out", run)
    assert scan.returncode == 0, scan.stdout + scan.stderr
    policy = json.loads((run / "report.json").read_text())["policy"]
    assert (policy["name"], policy["force"]) == ("quick", NAME)
    agreed = screening("decide", run, "agree", "ours.jpg")
    assert agreed.returncode == 0, agreed.stderr
    assert '"A. Editor"' in (run / "decisions.jsonl").read_text()


def test_the_environment_goes_before_the_set_up_and_an_option_before_both(
    office: Office, shoot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("set-up", "said", "told"):
        (tmp_path / f"{name}.toml").write_text(QUICK + f'[force]\nname = "{NAME}"\n')
    setup.write(office, policy=str(tmp_path / "set-up.toml"), force=None, reviewer="", signer="")
    names = []
    monkeypatch.setenv("SCREENING_PIPELINE", str(tmp_path / "said.toml"))
    for more in ([], ["--pipeline", tmp_path / "told.toml"]):
        report = json.loads(screening("scan", shoot, "--json", *more).stdout)
        names.append(report["policy"]["name"])
    assert names == ["said", "told"]


def test_questions_that_no_option_answers_are_asked(office: Office) -> None:
    asked = screening("office", "init", "--policy", "default")
    assert asked.returncode == 2
    assert "the question was not answered" in asked.stderr
    assert not (office.folder / setup.FILE).exists()


def test_a_set_up_without_a_force_is_refused(office: Office, tmp_path: Path) -> None:
    own = tmp_path / "quick.toml"
    own.write_text(QUICK)
    for policy, force in ((str(own), None), ("default", Force(name=" "))):
        with pytest.raises(OfficeError, match="does not say who we are"):
            setup.write(office, policy=policy, force=force, reviewer="", signer="")
    with pytest.raises(ConfigError, match="did you mean 'strict'"):
        setup.write(office, policy="strickt", force=Force(name=NAME), reviewer="", signer="")


@pytest.mark.parametrize("text", ['reviewr = "A. Editor"', "pipeline = 1", "pipeline = ", "\x00"])
def test_a_damaged_set_up_is_one_line_and_can_be_written_anew(office: Office, shoot: Path, text: str) -> None:
    office.prepare()
    (office.folder / setup.FILE).write_text(text)
    done = screening("scan", shoot)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "office.toml" in line
    assert "screening office init" in line
    assert screening("office", "init", *SAID).returncode == 0


@pytest.mark.parametrize("name", ["Default", 'A "Force" \\ of\nPolice', "Heddlu Dyfed-Powys \u2019"])
def test_any_name_of_a_force_is_kept(office: Office, name: str) -> None:
    made = setup.write(office, policy="strict", force=Force(name=name), reviewer="", signer="")
    assert settings.read(made.pipeline).force.name == name


def test_the_report_says_that_nobody_is_set_up(shoot: Path, tmp_path: Path) -> None:
    own = tmp_path / "quick.toml"
    own.write_text(QUICK)
    run = tmp_path / "run"
    assert "who we are" in screening("scan", shoot, "--pipeline", own, "--out", run).stdout
    assert "No force is set up" in (run / "report.html").read_text()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["scn"], "No such command 'scn'. Did you mean 'scan'?; screening --help says more"),
        (["scan", "--frob"], "No such option: --frob"),
        (["scan"], "Missing argument"),
        (["clear", "run", "--days", "91"], "91 is not in the range"),
    ],
)
def test_what_is_typed_wrongly_is_answered_in_one_line(typed: list[str], said: str) -> None:
    done = screening(*typed)
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("screening: ")
    assert said in line


def test_help_lists_the_commands_of_every_shoot_first() -> None:
    said = screening("--help").stdout
    assert said.index("Every shoot") < said.index(" scan ") < said.index(" review ") < said.index(" gate ")
    assert screening("--version").stdout.startswith("screening ")
