"""What the trainings have in common: 16 bits where they are quick, following a loss, and the mean of two networks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn

Weights = dict[str, "Tensor"]


def in_16_bits(device: str = "cpu") -> AbstractContextManager[None]:
    """Calculates in bfloat16 where the processor can. One that cannot imitates it, many times slower than 32 bits."""
    import torch

    if device != "cpu":
        return torch.autocast(device, torch.bfloat16)

    able = torch.cpu.get_capabilities()
    quick = any(able.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))
    return torch.autocast("cpu", torch.bfloat16, enabled=quick)


def follow(loss: Tensor, network: nn.Module, optimiser: Any, schedule: Any, *, most: float = math.inf) -> None:
    """One step down the loss, its gradient no longer than `most`."""
    from torch.nn.utils import clip_grad_norm_

    optimiser.zero_grad()
    loss.backward()
    if most < math.inf:
        clip_grad_norm_(network.parameters(), most)
    optimiser.step()
    schedule.step()


def mean_of(some: Sequence[Weights]) -> Weights:
    """The mean of several networks' weights, which errs less than each; a counter stays the last one's."""
    last = some[-1]
    return {
        name: sum(one[name] for one in some) / len(some) if value.is_floating_point() else value
        for name, value in last.items()
    }
