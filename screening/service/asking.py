"""Who asks, and about which batch: what the addresses of the service depend on."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, HTTPException, Path, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from screening.service import answers
from screening.service.desk import Desk
from screening.service.store import Sent, State
from screening.service.tokens import Token, Tokens

BEARER = HTTPBearer(auto_error=False, description="A token that `screening tokens make` printed.")
Id = Annotated[str, Path(pattern="^[0-9a-f]{32}$", examples=[answers.ID], description="The id of the batch.")]


def desk_of(request: Request) -> Desk:
    """The desk of the application."""
    desk: Desk = request.app.state.desk
    return desk


AtDesk = Annotated[Desk, Depends(desk_of)]


def known(request: Request, sent: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]) -> Token:
    """The token that came with a request.

    Raises:
        HTTPException: with 401, if it is not one in use.
    """
    tokens: Tokens = request.app.state.tokens
    token = tokens.sent_by(sent.credentials) if sent else None
    if token is None:
        said = "send a token in use as Authorization: Bearer; screening tokens make prints one"
        raise HTTPException(401, said, {"WWW-Authenticate": "Bearer"})
    request.state.token = token.id
    return token


Known = Annotated[Token, Depends(known)]


def asked(request: Request, token: Known, id: Id, desk: AtDesk) -> Sent:
    """The batch that a request is about.

    Raises:
        HTTPException: with 404, if this token's owner sent none of that id.
    """
    found = desk.store.batches(id=id, owner=token.name)
    if not found:
        raise HTTPException(404, "there is no such batch; it was never accepted, or has been removed")
    request.state.batch = id
    return found[0]


Asked = Annotated[Sent, Depends(asked)]


def done(sent: Asked) -> Sent:
    """The batch that a request is about, screened.

    Raises:
        HTTPException: with 409, if it is not done.
    """
    if sent.state is not State.DONE:
        said = {State.FAILED: f"it could not be screened: {sent.reason}", State.PURGING: "it is being removed"}
        raise HTTPException(409, said.get(sent.state, "it is not screened yet; ask again later"))
    return sent


Done = Annotated[Sent, Depends(done)]
