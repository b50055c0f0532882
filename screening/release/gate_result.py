"""The gate's answer for each file, and for all of them together."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class Answer(enum.StrEnum):
    """The gate's answer for a file."""

    PASS = "pass"
    REFUSE = "refuse"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The answer for one file.

    Attributes:
        path: the path as given.
        answer: whether it may go out, must not, or cannot be judged.
        reason: why not; "" where it may.
        sha256: of the bytes that were read; "" if they could not be read.
        data: those bytes, if the gate was asked to keep them and they pass; else None.
    """

    path: Path
    answer: Answer
    reason: str = ""
    sha256: str = ""
    data: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """The gate's answer.

    Attributes:
        files: one for each path, in the order given.
        clearance: what the audit log calls the clearance; "" where it could not be read.
        reason: what is wrong with the call or the clearance as a whole; "" if nothing is.
        warnings: what somebody should attend to, although it stops nothing.
    """

    files: tuple[Checked, ...]
    clearance: str = ""
    reason: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 where every file may go out, 1 where one must not, 2 where the gate cannot tell."""
        answers = {checked.answer for checked in self.files}
        if not self.files or Answer.UNKNOWN in answers:
            return 2
        return 0 if answers == {Answer.PASS} and not self.reason else 1

    def __bool__(self) -> bool:
        return self.exit_code == 0

    def as_dict(self) -> dict[str, Any]:
        """The answer as `gate --json` prints it."""
        return {
            "exit": self.exit_code,
            "reason": self.reason,
            "warnings": list(self.warnings),
            "clearance": self.clearance,
            "files": [
                {"file": str(one.path), "sha256": one.sha256, "answer": str(one.answer), "reason": one.reason}
                for one in self.files
            ],
        }
