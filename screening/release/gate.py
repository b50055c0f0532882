"""The gate: whether the bytes of a file are among those that somebody cleared.

It reads the files, the clearance, its own list of keys, its own audit log and the hash of the pipeline file.
It runs no network, asks nobody, and says yes only where it is certain.
"""

from __future__ import annotations

import datetime
import errno
import hashlib
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from screening import pipeline_file
from screening.office import audit, audit_check
from screening.office.office import Office
from screening.release import folder, seen
from screening.release.clearance import ClearanceError
from screening.release.gate_result import Answer, Checked, GateResult
from screening.release.standing import standing
from screening.run.files import CLEARANCE
from screening.weights import opened


def gate(
    paths: Iterable[Path | str],
    clearance: Path | str | None = None,
    *,
    pipeline: Path | str = "default",
    office: Office | None = None,
    keep: bool = False,
) -> GateResult:
    """Whether every file's bytes are in the clearance, and the clearance is valid here and now; writes one log line.

    A single folder must be an exported one: exactly the cleared files, by their names, and the clearance, which need
    not be named then. `pipeline` is the policy in force. With `keep`, each file that passes comes with the very bytes
    that were checked: upload those, not the file, which may have changed by then.

    Raises:
        ScreeningError: if the gate's own keys, pipeline file or log cannot be read or written: nothing may go out.
    """
    office = office or Office.here()
    named = [Path(one) for one in paths]
    whole = named[0] if len(named) == 1 and named[0].is_dir() else None
    if whole and clearance is not None and not (whole / CLEARANCE).exists():
        whole = None  # no exported folder
    if clearance is None and whole is None:
        raise ClearanceError("name the clearance of these files with --clearance; only an exported folder contains it")
    path = Path(clearance) if clearance is not None else whole / CLEARANCE if whole else Path()
    in_force = pipeline_file.read(pipeline)
    log = audit.snapshot(office.audit_log)
    signed, stale, answer = standing(path, in_force, pipeline, office, log)
    withheld, released = (signed.withheld, signed.released) if signed else ({}, frozenset())
    if signed:
        # to be taken down after it was cleared: only clearing it again takes that back
        down = {sha256: at for sha256, at in audit_check.taken_down(log).items() if at > signed.at}
        withheld = {**withheld, **{sha256: f"to be taken down since {at[:10]}" for sha256, at in down.items()}}
    check = partial(
        _check, withheld=withheld, released=released, stale=stale, answer=answer, most=in_force.most_bytes, keep=keep
    )
    with ThreadPoolExecutor(8) as pool:  # hashing lets other threads run
        if whole and signed is None:
            files: tuple[Checked, ...] = (Checked(path=whole, answer=answer, reason=stale),)
        elif whole and signed:
            files = folder.checked(whole, signed, path, lambda there: pool.map(check, there))
        else:
            files = tuple(pool.map(check, named))
    result = GateResult(
        files=files,
        clearance=signed.name if signed else "",
        reason=stale if files else "no file was named, so there is nothing to check",
        warnings=_warnings(in_force.review_by),
    )
    audit.append(
        office.audit_log,
        "gate",
        exit=result.exit_code,
        clearance=result.clearance,
        passed=[one.sha256 for one in files if one.answer is Answer.PASS],
        refused=[one.sha256 for one in files if one.answer is not Answer.PASS],
        **(seen.newly(signed, log) if signed and not stale else {}),
    )
    return result


def _check(
    path: Path,
    *,
    withheld: Mapping[str, str],
    released: Collection[str],
    stale: str,
    answer: Answer,
    most: float,
    keep: bool,
) -> Checked:
    """The answer for one file, which is read once."""
    try:
        with opened(path, most=most) as file:
            data = file.read() if keep else None
            sha256 = (hashlib.file_digest(file, "sha256") if data is None else hashlib.sha256(data)).hexdigest()
    except OSError as error:
        if error.errno == errno.EFBIG:
            reason = f"{error.strerror}, more than the policy allows, so nobody cleared it"
            return Checked(path=path, answer=Answer.REFUSE, reason=reason)
        missing = "there is no such file" if isinstance(error, FileNotFoundError | NotADirectoryError) else ""
        reason = missing or f"cannot be read ({error.strerror or 'input error'})"
        return Checked(path=path, answer=Answer.UNKNOWN, reason=reason)
    if stale:
        return Checked(path=path, answer=answer, reason=stale, sha256=sha256)
    if sha256 in withheld:
        reason = f"is held or blocked ({withheld[sha256]}), even under another name"
        return Checked(path=path, answer=Answer.REFUSE, reason=reason, sha256=sha256)
    if sha256 not in released:
        reason = "is not in the clearance, or has changed since"
        return Checked(path=path, answer=Answer.REFUSE, reason=reason, sha256=sha256)
    return Checked(path=path, answer=Answer.PASS, sha256=sha256, data=data if keep else None)


def _warnings(review_by: str) -> tuple[str, ...]:
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    if review_by and today > review_by:
        return (f"the policy was due for review by {review_by}",)
    return ()
