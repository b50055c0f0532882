"""Scores pictures as the stage does, and makes the score a probability."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from material import Example, Picture, read
from network import Damage
from numpy.typing import NDArray
from views import box_of, cut, fitted

from screening.stages.vehicles import surroundings

MOST = 4


def crops_of(example: Example, picture: Picture) -> list[Picture]:
    """The crops that the stage would look at."""
    high, wide = picture.shape[:2]
    boxes = [box_of(square, picture) for square in example.boxes]
    boxes = [box for box in boxes if min(box.width, box.height) >= 32][:MOST]
    return [fitted(cut(picture, surroundings(box, wide, high))) for box in boxes] or [fitted(picture)]


@torch.inference_mode()
def logits(network: Damage, crops: list[Picture]) -> NDArray[np.float64]:
    """The mean of a crop's logit and its mirror image's."""
    values = torch.from_numpy(np.stack(crops)).permute(0, 3, 1, 2).float() / 255
    both = torch.cat([values, values.flip(3)])
    with torch.autocast("cpu", torch.bfloat16):
        answer = network.eval()(both.contiguous(memory_format=torch.channels_last)).float()
    return np.asarray(answer.view(2, -1).mean(0).numpy(), dtype=np.float64)


def picture_logits(network: Damage, examples: list[Example], data: Path) -> NDArray[np.float64]:
    """The largest logit of each picture's crops."""
    return np.array([logits(network, crops_of(example, read(data / example.name))).max() for example in examples])


def calibrate(network: Damage, held: list[Example], data: Path) -> None:
    """Scale and shift the logit (Platt) so that its sigmoid is the share of wrecks where half the pictures show one."""
    from sklearn.linear_model import LogisticRegression

    known = [example for example in held if example.source in ("wreck", "major", "sound", "street", "other")]
    values, damaged = picture_logits(network, known, data), np.array([example.damaged for example in known])
    fitted_line = LogisticRegression(C=1e3, class_weight="balanced").fit(values[:, None], damaged)
    slope, shift = float(fitted_line.coef_[0, 0]), float(fitted_line.intercept_[0])
    with torch.no_grad():
        network.score.weight.mul_(slope)
        network.score.bias.mul_(slope).add_(shift)
    print(f"calibrated: logit * {slope:.3f} + {shift:.3f}")
