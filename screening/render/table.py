"""report.csv: one row per finding, and one for each file without any. And the audit log as a table."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from screening.inert import inert
from screening.report import COLUMNS, rows

if TYPE_CHECKING:
    from screening.office.audit_line import Entry

# What a spreadsheet takes for the beginning of a formula; some fold the full-width forms to these.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# Where a cell begins, in a spreadsheet of any locale, and what may come before a formula.
BEGINS = r"(^|[;,|:\t\r\n\"])"
AHEAD = rf"(?=[\s']*[{re.escape(''.join(FORMULA))}])"
BEGINNING, GUARDED = re.compile(BEGINS + AHEAD), re.compile(BEGINS + "'" + AHEAD)


def csv_table(report: Mapping[str, Any]) -> str:
    """The report.json dictionary as CSV; a column `text` is added if the report contains what was read."""
    shows_text = any("text" in finding for photo in report["photos"] for finding in photo["findings"])
    file = io.StringIO()
    columns = [*COLUMNS, *(["text"] if shows_text else [])]
    writer = csv.DictWriter(file, columns, restval="", lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    for row in rows(report):  # report.json holds more, such as the corners of slanted things
        writer.writerow({column: _cell(value) for column, value in row.items() if column in columns})
    return file.getvalue()


def audit_table(entries: Iterable[Entry]) -> str:
    """The audit log as CSV, one row per line; what differs from event to event is JSON in the last column."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["number", "at", "event", "before", "sha256", "fields"])
    for entry in entries:
        fields = json.dumps(dict(entry.fields), sort_keys=True)
        row = (entry.number, entry.at, entry.event, entry.before, entry.sha256, fields)
        writer.writerow([_cell(value) for value in row])
    return file.getvalue()


def _cell(value: object) -> object:
    """A value as a cell that no spreadsheet takes for a formula."""
    # guarded before characters are spelt out, which could hide a formula from us but not from a spreadsheet
    return inert(guarded(value)) if isinstance(value, str) else value


def guarded(text: str) -> str:
    """A text with an apostrophe before whatever a spreadsheet could take for a formula: at its beginning, and after
    whatever a spreadsheet of any locale takes for the end of a cell."""
    return BEGINNING.sub("\\1'", text)


def unguarded(text: str) -> str:
    """The original text of a guarded one."""
    return GUARDED.sub("\\1", text)
