"""References of forms and permissions: in the office's form, and as its release register has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from screening.config import ConfigError
from screening.office.office import Office
from screening.office.register_file import RegisterFile
from screening.questions import BatchSettings
from screening.release.references import check
from screening.run.decision import Action, Decision
from screening.run.decisions import DecisionError
from screening.settings import read
from tests.entries import entry

FORM = BatchSettings(reference=r"FORM-\d{4}")
KNOWN = BatchSettings(reference_registered=True)
ANY = BatchSettings()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office whose register has three people; not to be changed."""
    office = Office(tmp_path_factory.mktemp("office"))
    folder = office.register_folder("")
    folder.mkdir(parents=True)
    for one in (
        entry("aa", reference="FORM-0001"),
        entry("bb", reference="FORM-0002", parental=True),
        entry("cc", reference="FORM-0003", expires="2020-01-01"),
    ):
        RegisterFile(folder).add(one)
    return office


@pytest.mark.parametrize(
    ("batch", "action", "reference", "why"),
    [
        (ANY, Action.RELEASE, "a paper form of 3 May", ""),
        (ANY, Action.RELEASE, "form-0001", ""),
        (FORM, Action.RELEASE, "FORM-7", "has the form"),
        (FORM, Action.RELEASE, "FORM-0007", ""),
        (FORM, Action.RELEASE, "FORM-0007 and more", "has the form"),
        (FORM, Action.OVERRIDE, "anything", ""),  # it is about no form
        (KNOWN, Action.RELEASE, "FORM-0007", "no such reference"),
        (KNOWN, Action.RELEASE, "FORM-0001", ""),
        (ANY, Action.RELEASE, "FORM-0003", "has run out"),
        (ANY, Action.PARENTAL, "FORM-0001", "no parental permission"),
        (ANY, Action.PARENTAL, "FORM-0002", ""),
    ],
)
def test_a_reference_is_what_it_says(
    office: Office, batch: BatchSettings, action: Action, reference: str, why: str
) -> None:
    said = [Decision(by="Jo Smith", action=action, reference=reference, reason="three different words")]
    if why:
        with pytest.raises(DecisionError, match=why):
            check(said, batch, office)
    else:
        check(said, batch, office)


def test_an_office_without_a_register_is_asked_for_none(tmp_path: Path) -> None:
    check([Decision(by="Jo Smith", action=Action.RELEASE, reference="FORM-7")], ANY, Office(tmp_path / "none"))
    assert not (tmp_path / "none").exists()


def test_a_form_that_is_no_pattern_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "p.toml"
    file.write_text('extends = "default"\n[batch]\nreference = "FORM-["\n')
    with pytest.raises(ConfigError, match=r"reference: is not a regular expression"):
        read(file)
