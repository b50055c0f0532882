"""The evaluation as tables."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from screening.evaluation.intervals import wilson
from screening.evaluation.labels import Label, Thing
from screening.evaluation.tables import by_group, evaluate
from screening.finding import Box, Finding
from screening.photo_report import PhotoReport, judged
from tests.judged import PHOTOS, POLICY


def test_a_policy_is_counted_in_one_row_a_rule() -> None:
    labels = [Label(file=name, about="number-plate", present=name in "ab") for name in "abcd"]
    table = evaluate([*labels, Label(file="a", about="vehicle", present=False)], PHOTOS, POLICY).set_index("about")
    assert table.index.tolist() == ["number-plate", "vehicle"]
    assert table[["positives", "negatives", "found", "wrongly_held"]].to_numpy()[0].tolist() == [2, 2, 1, 1]
    assert table[["recall", "flag_rate", "precision"]].to_numpy()[0].tolist() == [0.5, 0.5, 0.5]
    assert table[["recall_low", "recall_high"]].to_numpy()[0] == pytest.approx(wilson(1, 2))
    assert np.isnan(table["recall"].iloc[1]), "no picture shows it"
    assert table["flag_rate"].iloc[1] == 1


def test_places_are_counted_where_they_are_labelled() -> None:
    box, elsewhere = Box(0, 0, 4, 4), Box(5, 5, 9, 9)
    findings = [
        Finding("vehicle.plate", 0.9, "a plate", box),
        Finding("vehicle.plate", 0.8, "a plate", Box(0, 5, 4, 9)),
    ]
    judgements = judged(findings, POLICY, scene=True)
    seen = PhotoReport(file="a", sha256="0" * 64, width=9, height=9, judgements=judgements)
    label = Label(file="a", about="number-plate", present=True)
    placed = replace(label, things=(Thing(box=box), Thing(box=elsewhere)))
    assert evaluate([placed], [seen], POLICY)[["box_recall", "box_precision"]].to_numpy().tolist() == [[0.5, 0.5]]
    nowhere = evaluate([label], [seen], POLICY)
    assert nowhere[["recall", "box_recall_low", "box_recall_high"]].to_numpy().tolist() == [[1, 0, 1]]
    assert nowhere["box_recall"].isna().all()


def test_groups_are_counted_each_for_itself() -> None:
    table = by_group(
        [0.9, 0.2, np.nan, 0.5, 0.7, 0.1],
        [True, True, True, True, False, False],
        ["b", "b", "b", "a", "a", "c"],
        threshold=0.5,
    ).set_index("group")
    assert table.index.tolist() == ["a", "b", "c"]
    assert table["positives"].tolist() == [1, 3, 0]
    assert table["found"].tolist() == [1, 1, 0], "a score at the threshold is held, a missing one is not"
    assert table["wrongly_held"].tolist() == [1, 0, 0]
    assert table[["recall_low", "recall_high"]].to_numpy()[1] == pytest.approx(wilson(1, 3))
    assert np.isnan(table["recall"].iloc[2])


def test_groups_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match="do not belong together"):
        by_group([0.5], [True], ["a", "b"], threshold=0.5)


def test_groups_come_from_a_table_too_but_none_may_be_missing() -> None:
    people = pd.DataFrame({"score": [0.9, 0.1], "shown": [True, True], "group": ["b", "a"]})
    assert by_group(people["score"], people["shown"], people["group"], threshold=0.5)["group"].tolist() == ["a", "b"]
    with pytest.raises(ValueError, match="has no group"):
        by_group([0.5, 0.5], [True, True], pd.Series(["a", None]), threshold=0.5)
