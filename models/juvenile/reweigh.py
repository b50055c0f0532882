"""Weighs the shipped network's members anew and calibrates it, on faces that it never saw; nothing is trained.

    python -m models.juvenile.reweigh [DATA] --out juvenile.onnx [--keep-scale] [--answers FILE]

The members learnt from ages/. What they make of DATA/ages2, or of a force's own faces there, says how far each can be
trusted with other people's: of these the parts `train` and `tune` choose how much the looker counts, by the areas under
the curve, and make the score the probability of being under 18. The part `test` gives the figures. --answers keeps what
the members say, or takes what an earlier run kept. Only where --out is the shipped file are figures and hash recorded,
and then the thresholds of the pipelines have to be chosen anew: the score means something else. With --keep-scale it
means of those faces what it meant before, and the thresholds stay: for faces whose ages are not those of the pictures
that are published.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.juvenile import unseen
from models.juvenile.network import ADULT
from models.juvenile.unseen import People, cuts_of, paths_of
from models.juvenile.weigh import Floats, Weights, chosen, on_the_scale_of
from models.pictures import each
from models.ranking import area
from models.ship import ship
from models.split import Part, Split
from screening.arrays import Pixels
from screening.stages.juveniles import DOUBT

SHIPPED = Path(__file__).resolve().with_name("juvenile.onnx")


class Tail:
    """The end of an exported network: what its members say, and the constants that make a score of it.

    Raises:
        KeyError, IndexError: if the file is not the juvenile network's.
    """

    def __init__(self, path: Path) -> None:
        import onnx

        self.model = onnx.load(path)
        made = {name: node for node in self.model.graph.node for name in node.output}

        def before(name: str, *kinds: str) -> list[Any]:
            """The nodes of these kinds that a value is made of, in their order."""
            return [made[one] for one in made[name].input if one in made and made[one].op_type in kinds]

        (less,) = before("score", "Sub")
        (sloped,), (hidden,) = before(less.output[0], "Add"), before(less.output[0], "Mul")
        (times,), (self.shift,) = before(sloped.output[0], "Mul"), before(sloped.output[0], "Constant")
        (border,), (self.slope,) = before(times.output[0], "Gather"), before(times.output[0], "Constant")
        (both,) = before(border.output[0], "Add")
        read, look = before(both.output[0], "Mul")
        self.members = [read.input[0], look.input[0], before(hidden.output[0], "Sigmoid")[0].output[0]]
        (self.reading,), (self.looking,) = (before(one.output[0], "Constant") for one in (read, look))

    def opened(self) -> Callable[..., list[NDArray[Any]]]:
        """The network in our engine with what its members say as further outputs: two logits for each border, and how
        surely a mask is seen."""
        from onnx import ModelProto, helper

        from screening.engine import from_model

        model = ModelProto()
        model.CopyFrom(self.model)
        model.graph.output.extend(helper.make_tensor_value_info(name, 1, None) for name in self.members)
        return from_model(lambda: model)

    def weights(self) -> Weights:
        """What it goes by now."""
        from onnx import numpy_helper

        nodes = (self.looking, self.slope, self.shift)
        return Weights(*(float(numpy_helper.to_array(node.attribute[0].t)) for node in nodes))

    def weighed(self, weights: Weights) -> bytes:
        """The network's file with these weights."""
        from onnx import numpy_helper

        for node, value in (
            (self.reading, 1 - weights.looking),
            (self.looking, weights.looking),
            (self.slope, weights.slope),
            (self.shift, weights.shift),
        ):
            node.attribute[0].t.CopyFrom(numpy_helper.from_array(np.array(value, np.float32)))
        return bytes(self.model.SerializeToString())


def said_of(cut: Pixels, run: Callable[..., list[NDArray[Any]]]) -> list[float]:
    """What the members say of a cut-out: the readers' logit of being under 18, the looker's, and the mask."""
    from screening.faces.embedding import describe

    (embedding,), (maps,) = describe([cut])
    *_, read, look, covered = run(embedding[None], maps[None], cut.transpose(2, 0, 1)[None])
    return [float(read[0, ADULT]), float(look[0, ADULT]), float(covered.ravel()[0])]


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks the members about a picture's face: as it is, mirrored, and spoilt, (copies + 1, 3); None without a face."""

    network: Path

    def __call__(self, path: Path) -> list[list[float]] | None:
        run = _opened(self.network)
        cuts = cuts_of(path)
        if cuts is None:
            return None
        clean, *spoilt = cuts
        return [said_of(cut, run) for cut in (clean, np.ascontiguousarray(clean[:, ::-1]), *spoilt)]


def scored(weights: Weights, said: Floats) -> Floats:
    """The scores (n, copies) as a scan would give them: a face in doubt is judged by its mirror image as well."""
    score = weights.score(said)
    doubt = (score[:, 0] >= DOUBT[0]) & (score[:, 0] <= DOUBT[1])
    whole = np.where(doubt, score[:, :2].mean(1), score[:, 0])
    return np.column_stack([whole, score[:, 2:]])


@functools.cache
def _opened(network: Path) -> Callable[..., list[NDArray[Any]]]:
    """One for each process."""
    return Tail(network).opened()


def answers(data: Path, network: Path, kept: Path | None, workers: int) -> dict[str, list[list[float]]]:
    """What the members say of each face of ages2/, by the picture's name."""
    known: dict[str, list[list[float]] | None] = json.loads(kept.read_text()) if kept and kept.is_file() else {}
    paths = [path for path in paths_of(data, list(Part)) if path.name not in known]
    known |= dict(zip((path.name for path in paths), each(Asker(network), paths, workers), strict=True))
    if kept:
        kept.write_text(json.dumps(known))
    return {name: said for name, said in known.items() if said is not None}


def areas(people: People, score: Floats) -> str:
    """The areas under the curve of the faces as they are and spoilt."""
    young = people.age < 18
    return ", ".join(area(np.repeat(young, some.shape[1]), some.ravel()) for some in (score[:, :1], score[:, 1:]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=os.environ.get("SCREENING_DATA"))
    parser.add_argument("--answers", type=Path, help="a file to keep what the members say in, or to take it from")
    parser.add_argument("--keep-scale", action="store_true", help="let a score mean what it meant before")
    parser.add_argument("--out", type=Path, required=True, help="where to write the network")
    parser.add_argument("--workers", type=int, default=0, help="processes that ask")
    options = parser.parse_args()
    if options.data is None:
        parser.error("say where the pictures are, or set SCREENING_DATA")
    found, split = answers(options.data, SHIPPED, options.answers, options.workers), Split.of(options.data)
    part = {name: split.part(f"ages2/{name}") for name in found}
    choosing, judging = ([name for name in found if (part[name] is Part.TEST) == judges] for judges in (False, True))
    if not choosing or not judging:
        parser.error(f"{options.data / 'ages2'} has too few faces to choose by and to judge by")
    age, said = People.of(choosing).age, np.array([found[name] for name in choosing])
    weights, before = chosen(age, said), Tail(SHIPPED).weights()
    if options.keep_scale:
        weights = on_the_scale_of(before, weights, age, said)
    text = f"The looker counts {weights.looking:.1f}; slope {weights.slope:.3f}, shift {weights.shift:.3f}."
    for title, names in (("`test`", judging), ("`train` and `tune`, which chose the weights", choosing)):
        people, said = People.of(names), np.array([found[name] for name in names])
        old, new = (areas(people, scored(some, said)) for some in (before, weights))
        text += f"\n\n### Faces of {title}\n\nAreas under the curve, as they are and spoilt: {new}; before {old}.\n\n"
        text += "\n".join(unseen.table(people, scored(weights, said)))
    ship("juvenile", Tail(SHIPPED).weighed(weights), options.out, text)


if __name__ == "__main__":
    main()
