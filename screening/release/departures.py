"""Where a pipeline asks less than the default one, so that a second person must answer for what it cleared."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from screening import pipeline_file, settings
from screening.questions import Question
from screening.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Departures:
    """How a pipeline departs from the default one.

    Attributes:
        looser: kinds that it judges less strictly.
        off: stages that it leaves out or runs with other options.
        foreign: stages that did not come with the program.
        unasked: questions that it does not ask, or accepts a different answer to.
    """

    looser: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()

    @property
    def why(self) -> str:
        """Why a second person must take responsibility; "" where none needs to."""
        parts = {
            "kinds judged less strictly than by default": self.looser,
            "stages switched off or with other options": self.off,
            "stages that are not ours": self.foreign,
            "questions not asked, or asked differently": self.unasked,
        }
        return "; ".join(f"{said}: {', '.join(names)}" for said, names in parts.items() if names)


def departures(pipeline: Path | str) -> Departures:
    """How the pipeline of this name or path departs from the default one.

    Raises:
        ConfigError: if it cannot be read.
    """
    here, default = settings.read(pipeline), settings.read()
    return Departures(
        looser=tuple(here.policy.looser_than(default.policy)),
        off=_off(pipeline),
        foreign=here.foreign,
        unasked=_unasked(here, default),
    )


def _off(pipeline: Path | str) -> tuple[str, ...]:
    here, standard = pipeline_file.read(pipeline).stages, pipeline_file.read("default").stages
    return tuple(stage for stage, options in standard.items() if here.get(stage) != options)


def _unasked(pipeline: Settings, default: Settings) -> tuple[str, ...]:
    def accepts(question: Question) -> tuple[str, str, bool]:
        return question.answer, question.stops, question.second_person

    here = {one.id: accepts(one) for one in pipeline.batch.question}
    return tuple(one.id for one in default.batch.question if here.get(one.id) != accepts(one))
