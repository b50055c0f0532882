"""The service as a web application, and its answers to what goes wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

import screening
from screening.finding import ScreeningError
from screening.run.copies import CopyError
from screening.run.files import RunError
from screening.service.answers import NOTICE, Health, Problem
from screening.service.asking import AtDesk
from screening.service.batches import router
from screening.service.desk import Desk, FullError
from screening.service.intake import IntakeError
from screening.service.tokens import Tokens

ABOUT = f"""Screens photographs before they are published, as `screening scan` does.

Send a batch, ask for its state until it is done, then fetch its report. On the computer of the service people review
the batch with `screening review` and sign with `screening clear`; from then on the gate has an answer.

{NOTICE}
"""


def application(desk: Desk, tokens: Tokens) -> FastAPI:
    """The application; it serves no page that loads anything from elsewhere."""
    app = FastAPI(title="screening", version=screening.__version__, description=ABOUT, docs_url=None, redoc_url=None)
    app.state.desk, app.state.tokens = desk, tokens
    app.include_router(router)
    app.get("/health", tags=["service"], responses={503: {"model": Health, "description": "nothing gets screened"}})(
        health
    )
    app.exception_handler(HTTPException)(_told)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(ScreeningError)(_failed)
    return app


def health(response: Response, desk: AtDesk) -> Health:
    """Says whether what is accepted gets screened; needs no token."""
    if not desk.working:
        response.status_code = 503
    return Health(
        status="failing" if not desk.working else "full" if desk.full else "ok",
        waiting=desk.store.waiting(),
        most=desk.most,
        version=screening.__version__,
    )


def _problem(status: int, said: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse(Problem(detail=said).model_dump(), status, headers)


async def _told(_: Request, error: Any) -> Response:
    return _problem(error.status_code, str(error.detail), error.headers)


async def _invalid(_: Request, error: Any) -> Response:
    # what was sent is not repeated
    where = sorted({".".join(map(str, one["loc"])) for one in error.errors()})
    return _problem(422, f"not as the description has it: {', '.join(where)}")


async def _failed(_: Request, error: Exception) -> Response:
    if isinstance(error, FullError):
        return _problem(429, str(error), {"Retry-After": str(error.seconds)})
    if isinstance(error, IntakeError):
        return _problem(error.status, str(error))
    if isinstance(error, RunError | CopyError):
        return _problem(409, "its run was purged, or cannot be read; look at it on the computer of the service")
    # its words may name files of the service's computer
    return _problem(503, "the service cannot read or write its own files; its log says what failed")
