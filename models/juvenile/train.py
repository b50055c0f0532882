"""Trains the juvenile network: from labelled faces to juvenile.onnx, its card and its manifest entry.

    python -m models.juvenile.train [DATA] [--cache FOLDER] [--out models/juvenile/juvenile.onnx]

DATA is the folder with ages/, ages2/, faces/ and everyday/ (by default the one that SCREENING_DATA names). A file name
in ages/ and ages2/ begins with age_gender_ethnicity. All but ages/ may be missing. Of faces/, crowds of which many wear
masks, a children.json beside the pictures, or ours here, says who is a child; everybody whom it does not name is an
adult. The split (models/split.json) says who is learnt from, who weighs the members and calibrates (`tune`), and who
judges (`test`): what is measured is what ships. The cut-outs of the faces and what dlib's network sees in them are kept
in the cache, so a second run skips the first half hour, and so is the ensemble: `--again` takes it, for another
calibration or another table. Each member is kept too as it is trained, the slowest after every epoch: a training that
was broken off is taken up again by the same command. The cache holds faces, 6 GB of them: delete it when you are done.
An hour and a half on one core, with 8 GB of memory; seeds are fixed.
Figures and hash are recorded where --out is the file that ships; any other is a trial.
"""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models.juvenile import figures
from models.juvenile.features import CHILD, COPIES, Faces, read
from models.juvenile.learn import BATCH, Material, material, pictures, train_all
from models.juvenile.network import ADULT, Ensemble, to_onnx
from models.juvenile.weigh import Floats, chosen
from models.ranking import area
from models.ship import ship
from models.split import Part
from screening import config

HERE = Path(__file__).resolve().parent
# Where the card splits its tables of what can still be told: by detail, and by the pixels between the eyes.
DETAILS = (-5.5, -5.0, -4.5, -4.0, -3.5)
EYES = (8.0, 12.0, 16.0, 24.0, 40.0)


def ensemble_of(kept: Path, source: Material, rows: NDArray[np.int64], options: argparse.Namespace) -> Ensemble:
    """The ensemble trained on some faces, or with `again` as an earlier run kept it."""
    if options.again and kept.is_file():
        earlier: Ensemble = torch.load(kept, weights_only=False)  # a file of our own
        return earlier
    work = kept.with_suffix(".parts")
    work.mkdir(exist_ok=True, mode=0o700)
    ensemble = train_all(source, rows, work, epochs=tuple(options.epochs))
    torch.save(ensemble, kept)
    shutil.rmtree(work)
    return ensemble


@torch.no_grad()
def answers(ensemble: Ensemble, source: Material, rows: NDArray[np.int64]) -> Floats:
    """What the members say of the copies of some faces, (rows, COPIES, 3), as `Weights` takes it."""
    said = np.zeros((len(rows), COPIES, 3))
    for copy in range(COPIES):
        for start in range(0, len(rows), BATCH):
            here = slice(start, start + BATCH)
            embedding, maps = source.batch(rows[here], np.full(len(rows[here]), copy))
            chips = pictures(source.faces.chips[rows[here], copy])
            parts = ensemble.read(embedding, maps)[:, ADULT], ensemble.looker(chips)[:, ADULT], ensemble.cover(maps)
            said[here, copy] = torch.stack(parts, 1).numpy()
    return said


def section(name: str, score: Floats, faces: Faces, rows: NDArray[np.int64], cut: tuple[float, float]) -> str:
    """A section of the card: the figures on some faces, first as they are, then spoilt."""
    hold, block = cut
    lines = [f"### {name}"]
    for title, copies in (("as they are", slice(0, 1)), ("spoilt", slice(2, None))):
        part = score[:, copies]
        flat, age = part.ravel(), np.repeat(faces.age[rows], part.shape[1])
        whole, older = area(age < 18, flat, digits=4), area(age[age >= 10] < 18, flat[age >= 10], digits=4)
        lines += ["", f"The pictures {title}: area under the curve {whole}, of 10 years and over {older}."]
        lines += ["", *figures.by_age(flat, age, hold, block)]
        turns = part.shape[1]
        groups = {word: np.repeat(faces.gender[rows], turns) == index for index, word in enumerate(figures.GENDERS)}
        groups |= {
            word: np.repeat(faces.ethnicity[rows], turns) == index for index, word in enumerate(figures.ETHNICITIES)
        }
        lines += ["", *figures.by_group(flat, age, groups, hold)]
        if copies.start:
            for name, measured, edges in (
                ("detail", faces.detail, DETAILS),
                ("pixels between the eyes", faces.eyes, EYES),
            ):
                values = measured[rows][:, copies].ravel().astype(np.float64)
                lines += ["", *figures.by_measure(name, flat, age, values, edges, hold)]
    return "\n".join(lines)


def enough(faces: Faces, rows: NDArray[np.int64], purpose: str) -> None:
    """Check that there are children and adults among some faces.

    Raises:
        SystemExit: if there are none.
    """
    young = int((faces.age[rows] < 18).sum())
    if not 0 < young < len(rows):
        raise SystemExit(
            f"there are {young} faces under 18 and {len(rows) - young} others {purpose}; both are needed. Which part a"
            " face is in follows from the name of its file and from the split (models/split.py)"
        )


def agrees(ensemble: Ensemble, out: Path, source: Material) -> None:
    """Check that the engine scores as torch does.

    Raises:
        ValueError: if a score differs by more than 0.05; the engine may calculate in 16 bits.
    """
    from screening.engine import load

    rows = np.arange(min(len(source.faces.age), 20))
    run = load(out.resolve())
    inputs = (*source.batch(rows, np.zeros(len(rows), np.int64)), pictures(source.faces.chips[rows, 0]))
    with torch.no_grad():
        wanted = ensemble(*inputs)[0].numpy()
    got = np.array([run(*(one[row : row + 1].numpy() for one in inputs))[0][0] for row in rows])
    if (difference := float(np.abs(got - wanted).max())) > 0.05:
        raise ValueError(f"the engine's scores differ from torch's by {difference:.3f}")


def main() -> None:
    """See, learn, calibrate, write down how good it is, export."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=os.environ.get("SCREENING_DATA"))
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "screening-juvenile")
    parser.add_argument("--out", type=Path, default=HERE / "juvenile.onnx")
    parser.add_argument(
        "--epochs", type=int, nargs=2, default=(5, 12), help="how often each reader and the looker see every face"
    )
    parser.add_argument("--limit", type=int, default=0, help="how many faces to take, for a try-out")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--again", action="store_true", help="take what the last run trained, from the cache")
    options = parser.parse_args()
    if options.data is None:
        parser.error("say where the pictures are, or set SCREENING_DATA")
    torch.set_num_threads(options.threads)
    faces = read(Path(options.data), options.cache, limit=options.limit)
    source = material(faces)
    aged = faces.picture < 0
    learnt = np.flatnonzero(faces.part == Part.TRAIN)
    kept, judged = (np.flatnonzero((faces.part == part) & aged) for part in (Part.TUNE, Part.TEST))
    for rows, purpose in ((learnt, "to learn from"), (kept, "to calibrate with"), (judged, "to judge with")):
        enough(faces, rows, purpose)
    ensemble = ensemble_of(options.cache / f"ensemble-{faces.key}.pt", source, learnt, options)
    weights = chosen(faces.age[kept], answers(ensemble, source, kept))
    ensemble.looking, ensemble.slope, ensemble.shift = weights.looking, weights.slope, weights.shift
    score = weights.score(answers(ensemble, source, judged))
    _, thresholds = config.load().policy.lookup("juvenile.face")
    hold, block = thresholds.hold or 0.0, thresholds.block or 1.0
    reached = figures.thresholds(score[:, 2:].ravel(), np.repeat(faces.age[judged], COPIES - 2))
    text = (
        f"Held from {hold:.2f} and blocked from {block:.2f}, as by the default pipeline. Of the spoilt copies {reached}"
    )
    text += ".\n\n"
    text += section(f"{len(judged)} faces of `test`", score, faces, judged, (hold, block))
    if len(crowd := np.flatnonzero((faces.part == Part.TEST) & ~aged)):
        crowded = weights.score(answers(ensemble, source, crowd)[:, 0])
        lines = figures.by_picture(crowded, faces.age[crowd] == CHILD, faces.picture[crowd], hold)
        text += "\n\n" + "\n".join(lines)
    made = options.cache / "juvenile.onnx"
    to_onnx(ensemble, made)
    agrees(ensemble, made, source)
    ship("juvenile", made.read_bytes(), options.out, text)


if __name__ == "__main__":
    main()
