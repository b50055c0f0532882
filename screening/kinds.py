"""Which kinds there are: those that stages declare, and those that the program makes itself.

A policy that names another would scan as if it said nothing.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterable, Iterator

from screening.finding import OBSERVATION
from screening.pipeline_file import did_you_mean
from screening.policy import ANYTHING, ERROR, Policy
from screening.stages import STAGES, Stage

# What the program makes, whichever stages run.
OF_THE_PROGRAM = ("error.photo", "error.unsupported", "metadata.preview", "metadata.unread")
# What our policies judge if a stage of somebody else's reports it; none of ours does.
OF_OTHERS = ("graphic",)


def unknown(policy: Policy, stages: Iterable[Stage]) -> str:
    """What is wrong with the first kind of a policy that nothing can ever report; "" where every one has its stage.

    A stage of ours that is off in this pipeline declares its kinds all the same.
    """
    stages = tuple(stages)
    own = with_ancestors((*OF_THE_PROGRAM, *OF_OTHERS, *_declared(stages)))
    named = [(rule, kind) for rule, one in policy.rules.items() for kind in one.kinds if kind != ANYTHING]
    for rule, kind in named:
        if f"{kind}.".startswith(OBSERVATION):
            return f"{rule}.kinds.{kind}: is only handed from stage to stage and never judged"
        # the modules of all our stages are imported only where this pipeline's own do not explain everything
        if kind not in own and kind not in of_ours():
            judged = sorted(one for one in own | of_ours() if not f"{one}.".startswith(OBSERVATION))
            return f"{rule}.kinds.{kind}: no stage declares such a kind{did_you_mean(kind, judged)}"
    return ""


@functools.cache
def of_ours() -> frozenset[str]:
    """The kinds of all stages in our table, and what these fall back to."""
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
