"""What the trainings have in common: 16 bits where they are quick, following a loss, checkpoints, means of networks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
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


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where a training that was broken off is taken up again.

    Attributes:
        file: where it is kept.
        settings: what decides the result. A checkpoint of other settings, or one that cannot be read, is dropped.
    """

    file: Path
    settings: str

    def save(self, done: int, **parts: Any) -> None:
        """Keep the states of networks, optimisers and the like, after so many steps; whole or not at all."""
        import torch

        beside = self.file.with_name(self.file.name + ".new")
        states = {name: part.state_dict() for name, part in parts.items()}
        torch.save({"settings": self.settings, "done": done, "states": states}, beside)
        beside.replace(self.file)

    def restore(self, **parts: Any) -> int:
        """How many steps were taken, what was learnt by then being put into the parts; 0 if nothing is kept."""
        import torch

        try:
            saved = torch.load(self.file, weights_only=True)
        except (OSError, EOFError, RuntimeError, UnpicklingError):
            return 0
        if not isinstance(saved, dict) or saved.get("settings") != self.settings:
            return 0
        for name, part in parts.items():
            part.load_state_dict(saved["states"][name])
        return int(saved["done"])


@dataclass(frozen=True, slots=True)
class Descent:
    """A course of steps down a loss, by AdamW, whose speed rises and falls again.

    Attributes:
        speed: the greatest.
        decay: of the weights.
        rise: the share of the course in which the speed rises.
        kept: after so many steps the mean loss is told and a checkpoint kept.
    """

    speed: float
    decay: float
    rise: float
    kept: int

    def learn(
        self,
        network: nn.Module,
        loss: Callable[[int], Tensor],
        steps: int,
        checkpoint: Checkpoint,
        *,
        over: int | None = None,
        most: float = math.inf,
    ) -> None:
        """So many steps, taken up where they were broken off.

        Args:
            network: what learns.
            loss: of a step, by its number.
            steps: how many.
            checkpoint: what keeps them.
            over: in how many steps the speed rises and falls again; if more than are taken, it has not fallen yet.
            most: no gradient is longer.
        """
        import torch

        optimiser = torch.optim.AdamW(network.parameters(), self.speed, weight_decay=self.decay)
        total = (over or steps) + 1
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, self.speed, total_steps=total, pct_start=self.rise)
        done = checkpoint.restore(network=network, optimiser=optimiser, schedule=schedule)
        network.train()
        mean = 0.0
        for step in range(done, steps):
            off = loss(step)
            follow(off, network, optimiser, schedule, most=most)
            mean += float(off.detach()) / self.kept
            if (step + 1) % self.kept == 0 or step + 1 == steps:
                print(f"step {step + 1} of {steps}: loss {mean:.3f}", flush=True)
                mean = 0.0
                checkpoint.save(step + 1, network=network, optimiser=optimiser, schedule=schedule)
        network.eval()


def mean_of(some: Sequence[Weights]) -> Weights:
    """The mean of several networks' weights, which errs less than each; a counter stays the last one's."""
    last = some[-1]
    return {
        name: sum(one[name] for one in some) / len(some) if value.is_floating_point() else value
        for name, value in last.items()
    }
