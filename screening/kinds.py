"""The known kinds: those that stages declare, and those that the program itself makes.

A policy that names any other kind would silently have no effect.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterable, Iterator

from screening.finding import OBSERVATION
from screening.pipeline_file import did_you_mean
from screening.policy import ANYTHING, ERROR, Policy
from screening.stages import STAGES, Stage

# Kinds that the program makes, whichever stages run.
OF_THE_PROGRAM = ("error.photo", "error.unsupported", "metadata.preview", "metadata.unread", "metadata.misnamed")
# Kinds that our policies judge if another office's stage reports them; none of ours does.
OF_OTHERS = ("graphic",)


def unknown(policy: Policy, stages: Iterable[Stage]) -> str:
    """What is wrong with the first kind of a policy that nothing can ever report; "" if every kind has its stage.

    The kinds of our stages that are off in this pipeline count too.
    """
    stages = tuple(stages)
    own = with_ancestors((*OF_THE_PROGRAM, *OF_OTHERS, *_declared(stages)))
    named = [(rule, kind) for rule, one in policy.rules.items() for kind in one.kinds if kind != ANYTHING]
    for rule, kind in named:
        if f"{kind}.".startswith(OBSERVATION):
            return f"{rule}.kinds.{kind}: is only handed from stage to stage and never judged"
        # all our stages' modules are imported only if this pipeline's own do not account for every kind
        if kind not in own and kind not in of_ours():
            judged = sorted(one for one in own | of_ours() if not f"{one}.".startswith(OBSERVATION))
            return f"{rule}.kinds.{kind}: no stage declares such a kind{did_you_mean(kind, judged)}"
    return ""


@functools.cache
def of_ours() -> frozenset[str]:
    """The kinds of all stages in our table, and what they fall back to."""
    classes = [
        getattr(importlib.import_module(module), name) for module, name in (use.split(":") for use in STAGES.values())
    ]
    return with_ancestors((*OF_THE_PROGRAM, *OF_OTHERS, *_declared(classes)))


def _declared(stages: Iterable[Stage]) -> Iterator[str]:
    for stage in stages:
        yield f"{ERROR}.{stage.name}"
        yield from stage.kinds


def with_ancestors(kinds: Iterable[str]) -> frozenset[str]:
    """Kinds, and what each falls back to: `vehicle.plate` brings `vehicle`."""
    words = [kind.split(".") for kind in kinds]
    return frozenset(".".join(one[:count]) for one in words for count in range(1, len(one) + 1))
