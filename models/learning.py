"""What the trainings have in common: following a loss, and the mean of two networks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn

Weights = dict[str, "Tensor"]


def follow(loss: Tensor, network: nn.Module, optimiser: Any, schedule: Any, *, most: float = math.inf) -> None:
    """One step down the loss, its gradient no longer than `most`."""
    from torch.nn.utils import clip_grad_norm_

    optimiser.zero_grad()
    loss.backward()
    if most < math.inf:
        clip_grad_norm_(network.parameters(), most)
    optimiser.step()
    schedule.step()


def halfway(one: Weights, other: Weights) -> Weights:
    """The mean of two networks' weights, which errs less than either; a counter stays the second's."""
    return {name: (one[name] + value) / 2 if value.is_floating_point() else value for name, value in other.items()}
