"""report.csv: one row a finding, and one for each file without any. And the audit log as a table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from screening.render.inert import inert
from screening.report import COLUMNS, rows

if TYPE_CHECKING:
    from screening.workflow.audit import Entry

# What a spreadsheet takes for the beginning of a formula; the wide forms are folded to these by some.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def csv_table(report: Mapping[str, Any]) -> str:
    """The report.json dictionary as CSV; a column `text` is added where the report holds what was read."""
    shows_text = any("text" in finding for photo in report["photos"] for finding in photo["findings"])
    file = io.StringIO()
    writer = csv.DictWriter(file, [*COLUMNS, *(["text"] if shows_text else [])], restval="", lineterminator="\r\n")
    writer.writeheader()
    for row in rows(report):
        writer.writerow({column: _cell(value) for column, value in row.items()})
    return file.getvalue()


def audit_table(entries: Iterable[Entry]) -> str:
    """The audit log as CSV, one row a line; what differs from event to event stands as JSON in the last column."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(["number", "at", "event", "before", "sha256", "fields"])
    for entry in entries:
        fields = json.dumps(dict(entry.fields), sort_keys=True)
        writer.writerow([entry.number, entry.at, entry.event, entry.before, entry.sha256, fields])
    return file.getvalue()


def _cell(value: object) -> object:
    """A value as a cell that no spreadsheet takes for a formula."""
    if not isinstance(value, str):
        return value
    # judged as it came: what is spelt out below may have hidden a formula from us but not from a spreadsheet
    begins_a_formula = value.lstrip(" \u00a0").startswith(FORMULA)
    return f"'{inert(value)}" if begins_a_formula else inert(value)
