"""The part that is learnt: which places show which object, from what ImageNet's network sees there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from models.objects.network import head
from models.objects.seeing import Seen

# Places of each view that are learnt from in an epoch by lot, beside those that show something, and for each object the
# most mistaken ones, which are looked for again after so many epochs.
BY_LOT, MISTAKEN, AGAIN = 40, 3, 3
BATCH, SPEED, DECAY, LEFT_OUT = 1024, 2e-3, 0.05, 0.3


def learnt(seen: Sequence[Seen], epochs: int, seed: int) -> nn.Module:
    """A head that tells the objects apart, place by place, by AdamW, fast first and then ever slower."""
    torch.manual_seed(seed)
    spread, middle = torch.std_mean(torch.cat([one.maps.flatten(1)[:, ::7].T for one in seen]).float(), 0)
    spread = spread.clamp(min=1e-3)
    made = head()
    optimiser = torch.optim.AdamW(made.parameters(), SPEED, weight_decay=DECAY)
    mistaken = [torch.zeros(0, dtype=torch.long)] * len(seen)
    for epoch in range(epochs):
        made.train()
        pairs = [(one, _places(one, worst)) for one, worst in zip(seen, mistaken, strict=True)]
        maps = torch.cat([one.maps.flatten(1)[:, places].T for one, places in pairs]).float().sub_(middle).div_(spread)
        answers = torch.cat([one.wanted.flatten(1)[:, places].T for one, places in pairs]).float()
        known, answers = ~answers.isnan(), answers.nan_to_num()
        rest = ((answers == 0) & known).sum(0)
        weight = (rest / answers.sum(0).clamp(min=1)).sqrt()
        lots = torch.randperm(len(maps)).split(BATCH)
        for number, some in enumerate(lots):
            # up in the first tenth, then down
            done = (epoch + number / len(lots)) / epochs
            optimiser.param_groups[0]["lr"] = SPEED * min(done / 0.1 + 0.01, (1 - done) / 0.9)
            kept = torch.nn.functional.dropout(maps[some], LEFT_OUT)[..., None, None]
            said = made(kept)[..., 0, 0]
            loss = binary_cross_entropy_with_logits(said, answers[some], weight=known[some].float(), pos_weight=weight)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        made.eval()
        if epoch % AGAIN == AGAIN - 1 and epoch < epochs - 1:
            mistaken = [_mistaken(made, one, middle, spread) for one in seen]
        print(f"epoch {epoch + 1}: {float(loss):.4f}", flush=True)
    with torch.no_grad():
        first = made[0]
        first.weight.div_(spread[None, :, None, None])
        first.bias.sub_((first.weight[..., 0, 0] * middle).sum(1))
    return made


def highest(made: nn.Module, seen: Iterable[Seen]) -> NDArray[np.float32]:
    """The highest logit of each object in each view, (views, objects)."""
    with torch.inference_mode():
        return np.stack([made(one.maps[None].float())[0].flatten(1).amax(1).numpy() for one in seen])


def _places(one: Seen, mistaken: torch.Tensor) -> torch.Tensor:
    shows = (one.wanted.flatten(1) == 1).any(0)
    chosen = shows | (torch.rand(len(shows)) < BY_LOT / len(shows))
    chosen[mistaken] = True
    return chosen


def _mistaken(made: nn.Module, one: Seen, middle: torch.Tensor, spread: torch.Tensor) -> torch.Tensor:
    """Of the places that do not show an object, those most taken for it."""
    maps = (one.maps.float() - middle[:, None, None]) / spread[:, None, None]
    with torch.inference_mode():
        off = made(maps[None])[0].flatten(1).masked_fill(one.wanted.flatten(1) != 0, -torch.inf)
    return off.topk(min(MISTAKEN, off.shape[1]), 1).indices.flatten()
