"""What an analyst imports from `screening`: the names, and a report as a table."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import screening as package
from screening.analysis import AnalysisError
from screening.photo_report import PhotoReport
from screening.report import COLUMNS, Batch, Report
from tests.command import QUICK
from tests.picture_files import picture
from tests.small_report import POLICY, REPORT, photo


def test_every_public_name_is_there_and_no_other() -> None:
    assert [name for name in package.__all__ if not hasattr(package, name)] == []
    assert set(package.LATER) < set(package.__all__)
    with pytest.raises(AttributeError, match="no attribute 'gates'"):
        package.gates  # noqa: B018


def test_every_public_name_is_described() -> None:
    page = (Path(__file__).parent.parent / "docs" / "python.md").read_text(encoding="utf-8")
    assert [name for name in package.__all__ if f"`{name}`" not in page and name != "__version__"] == []


def test_importing_the_package_loads_nothing_else() -> None:
    code = "import sys, screening; print(sorted(name for name in sys.modules if name.startswith('screening.')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    # errors, and what keeps libraries from calling home, which must come before them
    assert done.stdout.strip() == "['screening.finding', 'screening.home', 'screening.quiet']"


def test_a_report_is_a_table_with_a_row_for_each_finding_and_for_each_file_without_one() -> None:
    table = REPORT.frame()
    assert list(table.columns) == COLUMNS
    assert table["file"].tolist() == ["a.jpg", "a.jpg", "b.jpg"]
    assert table["kind"].tolist()[:2] == ["vehicle.plate", "face.identifiable"], "the strictest first"
    assert table["verdict"].tolist()[:2] == ["block", "hold"]
    assert table["photo_verdict"].tolist() == ["block", "block", "clear"]
    assert table[["left", "top", "right", "bottom"]].iloc[0].tolist() == [1, 2, 30, 40]
    assert table.loc[1:, ["left", "top", "right", "bottom"]].isna().all(axis=None)
    assert table.loc[2, ["rule", "kind", "verdict", "score", "evidence", "stage"]].isna().all()
    assert table["score"].dtype == np.float64
    assert table["left"].dtype == pd.Int64Dtype()


def test_what_was_read_is_in_the_table_only_where_it_was_asked_for() -> None:
    assert "AB12 CDE" not in REPORT.frame().to_csv()
    assert REPORT.frame(show_text=True)["text"].tolist()[:2] == ["AB12 CDE", ""]


@pytest.mark.parametrize("photos", [(), (photo("b.jpg", []),)], ids=["no file", "no finding"])
def test_a_table_of_nothing_has_its_columns_all_the_same(photos: tuple[PhotoReport, ...]) -> None:
    table = Report(batch=Batch(name=""), policy=POLICY, pipeline=REPORT.pipeline, models=(), photos=photos).frame()
    assert list(table.columns) == COLUMNS
    assert len(table) == len(photos)
    assert (table["score"] > 0.5).sum() == 0


def test_without_pandas_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(AnalysisError, match=r'pandas; install "screening\[analysis\]"'):
        REPORT.frame()


def test_a_scan_and_the_run_that_it_kept_are_the_same_table(tmp_path: Path) -> None:
    (tmp_path / "shoot").mkdir()
    (tmp_path / "shoot" / "a.jpg").write_bytes(
        picture(gps={1: "N", 2: (52.0, 28.0, 48.0), 3: "W", 4: (1.0, 53.0, 24.0)})
    )
    (tmp_path / "shoot" / "b.jpg").write_bytes(picture())
    own = tmp_path / "own.toml"
    own.write_text(QUICK)
    report = package.scan(tmp_path / "shoot", tmp_path / "run", pipeline=own, batch=package.Batch(name="Two"), jobs=1)
    table = report.frame()
    assert table.drop_duplicates("file")["photo_verdict"].tolist() == ["block", "clear"]
    kept = package.load_report(tmp_path / "run", own)
    pd.testing.assert_frame_equal(kept.frame(), table)
    assert kept.batch == report.batch
    assert kept.as_dict() == json.loads((tmp_path / "run" / "report.json").read_text())
    assert set(package.sources(str(tmp_path / "run"))) == {"a.jpg", "b.jpg"}
    milder = tmp_path / "milder.toml"
    milder.write_text(QUICK.replace("block = 0.5", "hold = 0.5"))
    again = package.load_report(tmp_path / "run", milder)
    assert again.frame().drop_duplicates("file")["photo_verdict"].tolist() == ["hold", "clear"]
    assert again.pipeline.name == "milder"
    assert again.pipeline.sha256 == package.load_pipeline(milder).sha256
    with pytest.raises(package.ScreeningError, match="name it with --pipeline"):
        package.load_report(tmp_path / "run")
