"""What the service answers, as its description shows it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from screening.release.gate_result import Answer
from screening.service.intake import LONGEST, PICTURES
from screening.service.store import State

NOTICE = (
    "Nothing here is a clearance: people review and sign, and only the gate says whether a picture may go out. "
    "Clear means that nothing was found, not that a picture is safe."
)
ID = "4f1d0c7a9b3e4d5f8a6b7c8d9e0f1a2b"
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class Said(BaseModel):
    """What every answer says."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    notice: Annotated[str, Field(description="What no answer of this service is.")] = NOTICE


class Problem(Said):
    """Why a request was not done, in one line."""

    detail: str = Field(
        description="What is wrong, and what to do.", examples=["send the pictures as multipart/form-data"]
    )


class Counts(BaseModel):
    """How many pictures the screening found to be clear, held or blocked, before anybody decided."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    clear: int = Field(ge=0, examples=[11])
    held: int = Field(ge=0, examples=[3])
    blocked: int = Field(ge=0, examples=[1])


class Batch(Said):
    """A batch that was accepted, and what became of it."""

    id: str = Field(pattern="^[0-9a-f]{32}$", examples=[ID])
    state: State = Field(
        description="accepted and screening: ask again later; done: the report is there; failed: see reason, and send "
        "it again; purging: it is being removed.",
        examples=["done"],
    )
    pictures: list[str] = Field(
        description="The names that the pictures are reported under, in the order in which they were sent. Characters "
        "that act or lead somewhere are replaced, and a name that is there twice gets a number.",
        examples=[["open-day-01.jpg", "open-day-02.jpg"]],
    )
    screened: int = Field(ge=0, description="How many of them were screened so far.", examples=[15])
    found: Counts | None = Field(description="Once it is done.")
    reason: str = Field(description="Why it failed, or why copies are missing; else empty.", examples=[""])
    accepted: str = Field(description="When, as ISO 8601.", examples=["2026-11-27T09:30:00.000+00:00"])
    finished: str = Field(description="When, as ISO 8601; else empty.", examples=["2026-11-27T09:31:10.000+00:00"])
    signed: bool = Field(description="Whether people have signed a clearance of it. The gate says what that is worth.")


class Report(Said):
    """The report of a batch, as `screening scan` writes it, without what was read from the pictures."""

    report: dict[str, Any] = Field(description="report.json, whose form the field `schema` names.")


class Copy(BaseModel):
    """A redacted copy in which what was redacted is no longer found."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    number: int = Field(ge=1, examples=[1])
    file: str = Field(examples=["open-day-02.redacted.jpg"])
    sha256: str = Field(examples=[SHA256])
    original: str = Field(description="The SHA-256 of the picture that it is a copy of.", examples=[SHA256])
    verdict: str = Field(description="clear, hold or block, after what people decided so far.", examples=["clear"])


class Copies(Said):
    """The redacted copies of a batch."""

    copies: list[Copy]


class Gate(Said):
    """The gate's answer about the bytes that were sent, by the clearance that people signed for the batch."""

    answer: Answer = Field(description="Upload these very bytes on pass, and on nothing else.", examples=["pass"])
    reason: str = Field(description="Why not; empty where they may.", examples=[""])
    sha256: str = Field(description="Of the bytes that were sent.", examples=[SHA256])
    clearance: str = Field(description="What the audit log calls the clearance; empty if it cannot be read.")
    warnings: list[str] = Field(description="What somebody should attend to, although it stops nothing.", examples=[[]])


class Health(Said):
    """Whether what is accepted gets screened."""

    status: str = Field(pattern="^(ok|full|failing)$", examples=["ok"])
    waiting: int = Field(ge=0, description="Pictures accepted and not yet reported on.", examples=[0])
    most: int = Field(ge=1, description="How many may wait.", examples=[500])
    version: str = Field(examples=["0.1.0"])


FORM: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": [PICTURES],
                "additionalProperties": False,
                "properties": {
                    PICTURES: {
                        "type": "array",
                        "minItems": 1,
                        "items": {"type": "string", "format": "binary"},
                        "description": "The pictures, each with the name of its file, which is screened too.",
                    },
                    "name": {
                        "type": "string",
                        "maxLength": LONGEST,
                        "description": "Of the batch.",
                        "example": "Open day",
                    },
                    "purpose": {
                        "type": "string",
                        "maxLength": LONGEST,
                        "description": "The policing purpose that the batch serves.",
                        "example": "Neighbourhood team, open day",
                    },
                    "scene": {
                        "type": "string",
                        "enum": ["true", "false"],
                        "default": "true",
                        "description": "false declares that no picture shows a scene.",
                    },
                    "copies": {
                        "type": "string",
                        "enum": ["none", "redacted"],
                        "default": "none",
                        "description": "redacted also makes copies without what is held or blocked.",
                    },
                },
            }
        }
    },
}
BYTES: dict[str, Any] = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


def problems(**said: str) -> dict[int | str, dict[str, Any]]:
    """The statuses of a request that is not done, as `s404="why"`."""
    return {int(status[1:]): {"model": Problem, "description": why} for status, why in said.items()}
