"""The addresses under which batches are sent, followed, fetched and removed."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Path, Request, Response
from fastapi.responses import FileResponse
from starlette.concurrency import run_in_threadpool

from screening.office.office import now
from screening.release.gate import gate as ask_the_gate
from screening.release.gate_result import Answer
from screening.run import files
from screening.run.run import Run
from screening.service import answers, receive
from screening.service.answers import problems
from screening.service.asking import Asked, AtDesk, Done, Known
from screening.service.desk import Desk
from screening.service.store import Sent, State
from screening.weights import sha256_of

EVERY = problems(s401="no token, or not one in use", s503="the service cannot read or write its own files")
Key = Annotated[
    str,
    Header(
        max_length=255,
        pattern="^[!-~]*$",
        description="Any text of the sender's own, such as a UUID, that stands for this batch alone.",
        examples=["0b9a6f5e-3f0c-4e43-9a44-5b3f4a1f3c11"],
    ),
]
router = APIRouter(prefix="/v1/batches", tags=["batches"], responses=EVERY)
ONE = problems(s404="there is no such batch of yours", s422="that is not an id")
REPORTED = ONE | problems(s409="it is not done, has failed or is no longer there: the answer says which")
RECEIVING = problems(
    s400="it broke off, or is malformed",
    s408="nothing came for too long",
    s413="it is larger than allowed",
    s422="what it says cannot be taken",
    s507="it cannot be kept: the disk is full, or does not answer",
)
FULL = problems(
    s415="it is not multipart/form-data",
    s422="what it says cannot be taken, or its Idempotency-Key came with another batch",
    s429="as many pictures wait as may; Retry-After says when to ask",
)


@router.post("", status_code=202, responses=RECEIVING | FULL, openapi_extra={"requestBody": answers.FORM})
async def send(
    request: Request, response: Response, token: Known, desk: AtDesk, idempotency_key: Key = ""
) -> answers.Batch:
    """Sends one picture or several, to be screened in order of arrival.

    The answer comes once all of it is on disk: what is accepted is screened, whatever happens to the service. If the
    answer is lost, send the same again with the same Idempotency-Key: as long as the batch is there, it is accepted
    once, and each answer is about it.
    """
    sent = await receive.batch(request, desk, token.name, now, idempotency_key)
    request.state.batch = sent.id
    response.headers["Location"] = f"/v1/batches/{sent.id}"
    return _told(sent, desk)


@router.get("/{id}", responses=ONE)
def state(sent: Asked, desk: AtDesk) -> answers.Batch:
    """Says what became of a batch."""
    return _told(sent, desk)


@router.delete("/{id}", status_code=202, responses=ONE)
def remove(sent: Asked, desk: AtDesk) -> answers.Batch:
    """Removes a batch: its pictures, its report, copies, decisions and clearance.

    It is no longer given out from now on, and its files go at once, or in a moment where it is being screened. The
    audit log keeps its lines, which name no file, with one about this.
    """
    return _told(desk.purge(sent), desk)


@router.get("/{id}/report", responses=REPORTED)
def report(sent: Done, desk: AtDesk) -> answers.Report:
    """Gives the report of a batch."""
    return answers.Report(report=files.report_fields(desk.folder.run(sent.id)))


@router.get(
    "/{id}/report.html",
    response_class=FileResponse,
    responses=REPORTED | {200: {"content": {"text/html": {}}, "description": "The page, which needs no network."}},
)
def page(sent: Done, desk: AtDesk) -> FileResponse:
    """Gives the report of a batch as a page, with what was found drawn over small pictures, and what was decided."""
    path = desk.folder.run(sent.id) / files.PAGE
    if not path.is_file():
        raise HTTPException(409, "the run has no page any more: its pictures were purged")
    return FileResponse(path, media_type="text/html")


@router.get("/{id}/copies", responses=REPORTED)
def copies(sent: Done, desk: AtDesk) -> answers.Copies:
    """Lists the redacted copies of a batch: those that were asked for with it, and those that people made since.

    A copy in which something that was redacted is still found is not among them.
    """
    return answers.Copies(copies=[about for about, _ in _copies(sent, desk)])


@router.get(
    "/{id}/copies/{number}",
    response_class=FileResponse,
    responses=REPORTED | {200: {"content": {"image/jpeg": {}, "image/png": {}}, "description": "The copy."}},
)
def copy(sent: Done, number: Annotated[int, Path(ge=1, le=10**6, examples=[1])], desk: AtDesk) -> FileResponse:
    """Gives a redacted copy, to look at: like any picture, it may go out only if the gate says so."""
    found = _copies(sent, desk)[number - 1 : number]
    if not found:
        raise HTTPException(404, "there is no such copy")
    (about, path), *_ = found
    try:
        same = sha256_of(path) == about.sha256
    except OSError:
        same = False
    if not same:
        raise HTTPException(409, "the copy is no longer the one that was screened; redact its picture again")
    return FileResponse(path, media_type="image/png" if path.suffix == ".png" else "image/jpeg")


@router.post(
    "/{id}/gate",
    responses=RECEIVING | REPORTED | {409: {"model": answers.Gate | answers.Problem, "description": "They may not."}},
    openapi_extra={"requestBody": answers.BYTES},
)
async def gate(request: Request, response: Response, sent: Done, desk: AtDesk) -> answers.Gate:
    """Says whether the bytes that are sent may go out, by the clearance that people signed for the batch.

    Answers with status 200 only if they may; on any other, they may not. Every answer is a line in the audit log.
    """
    path = desk.folder.arriving / f"gate-{secrets.token_hex(16)}"
    try:
        await receive.one_file(request, path, desk.file_bytes)
        async with desk.gating:  # not in a thread, which others may need
            said = await run_in_threadpool(_gated, path, sent, desk)
    finally:
        await run_in_threadpool(path.unlink, missing_ok=True)
    response.status_code = 200 if said.answer is Answer.PASS else 409
    return said


def _gated(path: Any, sent: Sent, desk: Desk) -> answers.Gate:
    clearance = desk.folder.run(sent.id) / files.CLEARANCE
    result = ask_the_gate([path], clearance, pipeline=desk.pipeline, office=desk.office)
    (one,) = result.files
    passes = bool(result) and one.answer is Answer.PASS
    return answers.Gate(
        answer=Answer.PASS if passes else Answer.REFUSE if one.answer is Answer.PASS else one.answer,
        reason=one.reason or result.reason,
        sha256=one.sha256,
        clearance=result.clearance,
        warnings=list(result.warnings),
    )


def _told(sent: Sent, desk: Desk) -> answers.Batch:
    over = sent.state is State.DONE
    so_far = min(desk.screened, len(sent.pictures)) if desk.current == sent.id else 0
    return answers.Batch(
        id=sent.id,
        state=sent.state,
        pictures=list(sent.pictures),
        screened=len(sent.pictures) if over else so_far,
        found=answers.Counts(clear=sent.clear, held=sent.held, blocked=sent.blocked)
        if over and not sent.reason
        else None,
        reason=sent.reason,
        accepted=sent.accepted,
        finished=sent.finished,
        signed=(desk.folder.run(sent.id) / files.CLEARANCE).is_file(),
    )


def _copies(sent: Sent, desk: Desk) -> list[tuple[answers.Copy, Any]]:
    """The copies that are pictures of the run, and where each is."""
    run = Run.open(desk.folder.run(sent.id), desk.office, desk.pipeline)
    originals = {one.photo.file: one.original for one in run.copies}
    there = run.sources if originals else {}
    return [
        (
            answers.Copy(
                number=number,
                file=after.photo.file,
                sha256=after.photo.sha256,
                original=originals[after.photo.file],
                verdict=str(after.verdict),
            ),
            there.get(after.photo.file, run.folder / files.REDACTED / after.photo.file),
        )
        for number, after in enumerate((one for one in run.outcomes() if one.photo.file in originals), 1)
    ]
