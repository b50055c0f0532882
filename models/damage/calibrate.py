"""Scores pictures as the stage does, and makes the scores probabilities."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from models.damage.material import Example, Picture
from models.damage.network import OUTPUTS, Damage, Early
from models.damage.views import box_of, cut, fitted
from screening.stages.vehicles import views

# What each of OUTPUTS is calibrated by: the sources that show what it is to find, and those that do not.
SHOWN = (("wreck", "major", "crushed"), ("wreck", "collision", "fire"), ("fire",))
SOUND = ("sound", "street", "jam", "road", "intact", "other")


def crops_of(example: Example, picture: Picture) -> list[Picture]:
    """The views that the stage takes: two of the largest vehicle, if one was recognised, then two of the picture."""
    high, wide = picture.shape[:2]
    whole = [fitted(picture), fitted(picture[:, ::-1])]
    if not example.boxes:
        return whole
    close, around = (fitted(cut(picture, region)) for region in views(box_of(example.boxes[0], picture), wide, high))
    return [close, around[:, ::-1], *whole]


@torch.inference_mode()
def answers(network: Damage, views: list[list[Picture]], early: Early | None = None) -> NDArray[np.float64]:
    """The logits (n, 3) of each picture by its views: of its largest vehicle, or NaN, and of the picture.

    `early` stands for the network's own method.
    """
    device, found = next(network.parameters()).device, np.full((len(views), len(OUTPUTS)), np.nan)
    network.eval()
    for start in range(0, len(views), 32):
        some = views[start : start + 32]
        batch = np.stack([crop for crops in some for crop in crops]).transpose(0, 3, 1, 2)
        seen = (early or network.early)(torch.from_numpy(batch).to(device).float() / 255)
        logits = network.late(*seen)[1].cpu().numpy()
        ends = np.cumsum([len(crops) for crops in some])
        for row, (crops, end) in enumerate(zip(some, ends, strict=True), start):
            found[row, 1:] = logits[end - 2 : end, 1:].mean(0)
            if len(crops) > 2:
                found[row, 0] = logits[end - 4 : end - 2, 0].mean()
    return found


def known(
    examples: list[Example], found: NDArray[np.float64], output: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which pictures an output can be judged by, and which of those show what it is to find."""
    sources = np.array([example.source for example in examples])
    shown = np.isin(sources, SHOWN[output])
    usable = (shown | np.isin(sources, SOUND)) & ~np.isnan(found[:, output])
    return usable, shown[usable]


def calibration(examples: list[Example], found: NDArray[np.float64]) -> list[tuple[float, float]]:
    """For each output the slope and shift (Platt) that make its logit the odds where half the pictures show it."""
    from sklearn.linear_model import LogisticRegression

    lines = []
    for output in range(len(OUTPUTS)):
        usable, shown = known(examples, found, output)
        slope, shift = 1.0, 0.0
        if shown.any() and not shown.all():
            line = LogisticRegression(class_weight="balanced").fit(found[usable, output][:, None], shown)
            slope, shift = float(line.coef_[0, 0]), float(line.intercept_[0])
        lines.append((slope, shift))
    return lines


def loss_of(examples: list[Example], found: NDArray[np.float64], lines: list[tuple[float, float]]) -> float:
    """How wrong the outputs are about the pictures once calibrated: mean log loss, all sources alike."""
    losses = []
    for output, (slope, shift) in enumerate(lines):
        usable, shown = known(examples, found, output)
        wrong = np.logaddexp(0, np.where(shown, -1, 1) * (found[usable, output] * slope + shift))
        sources = np.array([example.source for example in examples])[usable]
        losses += [wrong[sources == source].mean() for source in np.unique(sources)]
    return float(np.mean(losses)) if losses else 0.0


@torch.no_grad()
def calibrate(network: Damage, lines: list[tuple[float, float]]) -> None:
    """Scale and shift the logits."""
    slope, shift = torch.tensor(lines).to(network.score.weight).unbind(1)
    network.score.weight.mul_(slope[:, None])
    network.score.bias.mul_(slope).add_(shift)
