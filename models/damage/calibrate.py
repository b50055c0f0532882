"""Scores pictures as the stage does, and makes the score a probability."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models.damage.material import Example, Picture
from models.damage.network import Damage
from models.damage.views import box_of, cut, fitted
from models.pictures import rgb
from screening.stages.vehicles import views


def crops_of(example: Example, picture: Picture) -> list[Picture]:
    """The two views that the stage takes of the largest vehicle, or of the picture where none was recognised."""
    high, wide = picture.shape[:2]
    if not example.boxes:
        return [fitted(picture), fitted(picture[:, ::-1])]
    close, around = (fitted(cut(picture, region)) for region in views(box_of(example.boxes[0], picture), wide, high))
    return [close, around[:, ::-1]]


@torch.inference_mode()
def picture_logits(network: Damage, examples: list[Example], data: Path) -> NDArray[np.float64]:
    """The mean logit of each picture's views."""
    found = []
    for example in examples:
        crops = np.stack(crops_of(example, rgb(data / example.name))).transpose(0, 3, 1, 2)
        found.append(network.eval()(torch.from_numpy(crops.astype(np.float32) / 255)).mean().item())
    return np.array(found)


def calibration(network: Damage, held: list[Example], data: Path) -> tuple[float, float]:
    """The slope and shift (Platt) that make a logit the odds of a wreck where half the pictures show one."""
    from sklearn.linear_model import LogisticRegression

    known = [example for example in held if example.source in ("wreck", "major", "sound", "street", "other")]
    values, damaged = picture_logits(network, known, data), np.array([example.damaged for example in known])
    fitted_line = LogisticRegression(C=1e3, class_weight="balanced").fit(values[:, None], damaged)
    slope, shift = float(fitted_line.coef_[0, 0]), float(fitted_line.intercept_[0])
    print(f"calibrated: logit * {slope:.3f} + {shift:.3f}")
    return slope, shift


@torch.no_grad()
def calibrate(network: Damage, slope: float, shift: float) -> None:
    """Scale and shift the logit."""
    network.score.weight.mul_(slope)
    network.score.bias.mul_(slope).add_(shift)
