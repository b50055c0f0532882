"""Trains the juvenile network: from the labelled faces of ages/ to juvenile.onnx and the figures of its card.

    python models/juvenile/train.py [DATA] [--cache FOLDER] [--out models/juvenile/juvenile.onnx]

DATA is the folder with ages/, faces/ and everyday/ (by default the one that SCREENING_DATA names). A file name in
ages/ begins with age_gender_ethnicity; of faces/, crowds of which many wear masks, children.json says who is a child.
A sixth of ages/ and half of faces/ are never trained on. The rest of ages/ makes five parts; five pairs of readers,
each trained without one part, are the ensemble that ships, and the part that a pair has not seen calibrates and judges
it. What dlib's network sees of a face is kept in the cache, so a second run skips the first ten minutes. About half an
hour on one core; seeds are fixed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

import figures
import numpy as np
import torch
from features import CHILD, COPIES, GROWN, PARTS, Faces, read
from network import ADULT, COVERED, CUTS, WEIGHTS, Cover, Ensemble, Reader, targets, to_onnx
from numpy.typing import NDArray
from scipy.optimize import minimize

HERE = Path(__file__).resolve().parent
SEED = 20
BATCH = 256
# Detail at which the card splits its table of what can still be told.
DETAILS = (-5.5, -5.0, -4.5, -4.0, -3.5)


@dataclass(frozen=True, slots=True)
class Material:
    """The faces as tensors: the chances wanted, which of them are known, and how much each face counts."""

    faces: Faces
    wanted: torch.Tensor
    known: torch.Tensor
    weight: torch.Tensor

    def batch(self, rows: NDArray[np.int64], copies: NDArray[np.int64]) -> tuple[torch.Tensor, torch.Tensor]:
        """The embeddings and maps of some copies."""
        maps = torch.from_numpy(self.faces.maps[rows, copies]).float()
        return torch.from_numpy(self.faces.embedding[rows, copies]), maps


def material(faces: Faces) -> Material:
    """Each age of each gender counts by the root of how rare it is; the dearest to miss, teenagers, half as much again.

    Of a crowd's faces only the borders are known that tell a child from an adult, and a child counts as ten adults.
    """
    weight = np.ones(len(faces.age))
    for gender in np.unique(faces.gender):
        here = faces.gender == gender
        near = np.convolve(np.bincount(faces.age[here], minlength=121), np.ones(5) / 5, "same")
        weight[here] = 1 / np.sqrt(np.maximum(near[faces.age[here]], 0.2))
    weight *= np.where((faces.age >= 11) & (faces.age <= 17), 1.5, 1.0)
    crowd, cuts = faces.picture >= 0, np.array(CUTS)
    weight /= weight[~crowd].mean()
    weight[crowd] = np.where(faces.age[crowd] == CHILD, 5.0, 0.5)
    known = np.ones((len(faces.age), len(CUTS)), np.float32)
    known[crowd & (faces.age == CHILD)] = cuts >= 18
    known[crowd & (faces.age == GROWN)] = cuts <= 18
    return Material(
        faces,
        torch.from_numpy(targets(faces.age)),
        torch.from_numpy(known),
        torch.from_numpy(weight.astype(np.float32)),
    )


def train(source: Material, rows: NDArray[np.int64], *, sees: bool, epochs: int, seed: int) -> Reader:
    """A reader trained on the copies of some faces."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    reader = Reader(sees=sees)
    everything = np.array([(row, copy) for row in rows for copy in range(COPIES)])
    batches = max(1, len(everything) // BATCH)
    optimiser = torch.optim.AdamW(reader.parameters(), lr=2e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, epochs * batches, pct_start=0.15)
    borders = torch.tensor(WEIGHTS, dtype=torch.float32)
    reader.train()
    for _ in range(epochs):
        for some in np.array_split(everything[random.permutation(len(everything))], batches):
            row, copy = some.T
            logits = reader(*source.batch(row, copy))
            errors = torch.nn.functional.binary_cross_entropy_with_logits(logits, source.wanted[row], reduction="none")
            weight = source.weight[row]
            loss = ((errors * borders * source.known[row]).mean(1) * weight).sum() / weight.sum()
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
    return reader.eval()


@torch.no_grad()
def answers(readers: list[Reader], source: Material, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """The mean logit (rows, COPIES) of being under 18."""
    out = np.zeros((len(rows), COPIES))
    for copy in range(COPIES):
        for start in range(0, len(rows), BATCH):
            some = rows[start : start + BATCH]
            batch = source.batch(some, np.full(len(some), copy))
            out[start : start + BATCH, copy] = np.mean([reader(*batch)[:, ADULT].numpy() for reader in readers], axis=0)
    return out


def cover(source: Material) -> Cover:
    """Learns masks from the faces of crowds that are not held out, and from those of ages/, which wear none."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    faces = source.faces
    rows = np.flatnonzero((faces.masked >= 0) & (faces.part != PARTS - 1))
    pairs = np.array([(row, copy) for row in rows for copy in (0, 1)])  # the later copies may wear a drawn mask
    starts = range(0, len(pairs), BATCH)
    batches = [source.batch(*pairs[start : start + BATCH].T)[1] for start in starts]
    x = torch.cat([Cover.halves(batch) for batch in batches]).numpy()
    scaler = StandardScaler().fit(x)
    fitted = LogisticRegression(C=0.01, max_iter=500, class_weight="balanced")
    fitted.fit(scaler.transform(x), faces.masked[pairs[:, 0]])
    weight = fitted.coef_[0] / scaler.scale_
    made = Cover()
    with torch.no_grad():
        made.weigh.weight.copy_(torch.from_numpy(weight[None]))
        made.weigh.bias.fill_(float(fitted.intercept_[0] - weight @ scaler.mean_))
    return made.eval()


@torch.no_grad()
def covers(made: Cover, source: Material, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """The probability (rows, COPIES) that a mask covers the face."""
    starts = range(0, len(rows), BATCH)
    some = [rows[start : start + BATCH] for start in starts]
    copies = [
        [made(source.batch(part, np.full(len(part), copy))[1]).numpy() for part in some] for copy in range(COPIES)
    ]
    return np.stack([np.concatenate(parts) for parts in copies], axis=1).astype(np.float64)


def calibration(logit: NDArray[np.float64], age: NDArray[np.int64]) -> tuple[float, float]:
    """The slope and shift that make a logit the probability of being under 18, were all ages from 0 to 75 as common."""
    weight = np.where(age <= 75, 1 / np.bincount(age, minlength=121)[age], 0.0)
    weight /= weight.sum()
    young = age < 18

    def loss(x: NDArray[np.float64]) -> float:
        z = x[0] * logit + x[1]
        return float((weight * (np.logaddexp(0, z) - young * z)).sum())

    slope, shift = minimize(loss, np.array([1.0, 0.0])).x
    return float(slope), float(shift)


def scored(logit: NDArray[np.float64], covered: NDArray[np.float64], slope: float, shift: float) -> NDArray[np.float64]:
    """Scores as the finished network gives them."""
    return np.asarray(1 / (1 + np.exp(-(slope * logit + shift - COVERED * covered))))


def told(name: str, score: NDArray[np.float64], faces: Faces, rows: NDArray[np.int64], cut: tuple[float, float]) -> str:
    """A section of the card: the figures on some faces, first as they are, then spoilt."""
    hold, block = cut
    lines = [f"### {name}"]
    for title, copies in (("as they are", slice(0, 1)), ("spoilt", slice(2, None))):
        part = score[:, copies]
        flat, age = part.ravel(), np.repeat(faces.age[rows], part.shape[1])
        whole, older = figures.area(flat, age < 18), figures.area(flat[age >= 10], age[age >= 10] < 18)
        lines += ["", f"The pictures {title}: area under the curve {whole:.4f}, of 10 years and over {older:.4f}."]
        lines += ["", *figures.by_age(flat, age, hold, block)]
        turns = part.shape[1]
        groups = {word: np.repeat(faces.gender[rows], turns) == index for index, word in enumerate(figures.GENDERS)}
        groups |= {
            word: np.repeat(faces.ethnicity[rows], turns) == index for index, word in enumerate(figures.ETHNICITIES)
        }
        lines += ["", *figures.by_group(flat, age, groups, hold)]
        if copies.start:
            detail = faces.detail[rows][:, copies].ravel().astype(np.float64)
            lines += ["", *figures.by_detail(flat, age, detail, DETAILS, hold)]
    return "\n".join(lines)


def agrees(ensemble: Ensemble, out: Path, source: Material) -> None:
    """Check that the engine scores as torch does.

    Raises:
        ValueError: if a score differs by more than 0.05; the engine may calculate in 16 bits.
    """
    from screening.engine import load

    rows = np.arange(min(len(source.faces.age), 20))
    run = load(out.resolve())
    embedding, maps = source.batch(rows, np.zeros(len(rows), np.int64))
    with torch.no_grad():
        wanted = ensemble(embedding, maps)[0].numpy()
    got = np.array([run(embedding[row : row + 1].numpy(), maps[row : row + 1].numpy())[0][0] for row in rows])
    if (difference := float(np.abs(got - wanted).max())) > 0.05:
        raise ValueError(f"the engine's scores differ from torch's by {difference:.3f}")


def put_in_card(card: Path, text: str) -> None:
    """Writes the figures into the card, between its headings `## Figures` and the next one."""
    before, _, rest = card.read_text(encoding="utf-8").partition("## Figures\n")
    after = re.search(r"^## ", rest, re.MULTILINE)
    card.write_text(f"{before}## Figures\n\n{text}\n\n{rest[after.start() :] if after else ''}", encoding="utf-8")


def main() -> None:
    """Cache, cross-validate, calibrate, export, and write down how good it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=os.environ.get("SCREENING_DATA"))
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "screening-juvenile")
    parser.add_argument("--out", type=Path, default=HERE / "juvenile.onnx")
    parser.add_argument(
        "--card", type=Path, help="the card into which to write the figures; by default they are printed"
    )
    parser.add_argument("--epochs", type=int, default=5, help="how often each reader sees every face")
    parser.add_argument("--limit", type=int, default=0, help="how many faces to take, for a try-out")
    options = parser.parse_args()
    if options.data is None:
        parser.error("say where the pictures are, or set SCREENING_DATA")
    torch.set_num_threads(1)
    faces = read(Path(options.data), options.cache, limit=options.limit)
    source = material(faces)
    readers: list[Reader] = []
    unseen = np.zeros((len(faces.age), COPIES))
    for part in range(PARTS - 1):
        learnt = np.flatnonzero((faces.part != part) & (faces.part != PARTS - 1))
        pair = [train(source, learnt, sees=sees, epochs=options.epochs, seed=SEED + part) for sees in (True, False)]
        rows = np.flatnonzero(faces.part == part)
        unseen[rows] = answers(pair, source, rows)
        readers += pair
        print(f"part {part} of {PARTS - 1} done", flush=True)
    rows = np.flatnonzero((faces.part >= 0) & (faces.part != PARTS - 1))
    slope, shift = calibration(unseen[rows].ravel(), np.repeat(faces.age[rows], COPIES))
    mask = cover(source)
    crossed = scored(unseen[rows], covers(mask, source, rows), slope, shift)
    cut = figures.thresholds(crossed[:, 2:].ravel(), np.repeat(faces.age[rows], COPIES - 2))
    ensemble = Ensemble(readers, mask, slope, shift).eval()
    to_onnx(ensemble, options.out)
    agrees(ensemble, options.out, source)
    kept = np.flatnonzero((faces.part == PARTS - 1) & (faces.picture < 0))
    crowd = np.flatnonzero((faces.part == PARTS - 1) & (faces.picture >= 0))
    final, crowded = (
        scored(answers(readers, source, some), covers(mask, source, some), slope, shift) for some in (kept, crowd)
    )
    text = f"Thresholds: hold from {cut[0]:.3f}, block from {cut[1]:.3f}.\n\n"
    text += told(f"Held out: {len(kept)} faces that no reader was trained on, all readers", final, faces, kept, cut)
    text += "\n\n" + told(
        f"Cross-validation: {len(rows)} faces, each by the pair not trained on it", crossed, faces, rows, cut
    )
    text += "\n\n" + "\n".join(
        figures.by_picture(crowded[:, 0], faces.age[crowd] == CHILD, faces.picture[crowd], cut[0])
    )
    print(text)
    if options.card:
        put_in_card(options.card, text)
    scores = {"crossed": crossed, "rows": rows, "final": final, "kept": kept, "crowded": crowded, "crowd": crowd}
    np.savez(options.cache / "scores.npz", **scores)
    print("sha256", hashlib.sha256(options.out.read_bytes()).hexdigest(), "borders", CUTS)


if __name__ == "__main__":
    main()
